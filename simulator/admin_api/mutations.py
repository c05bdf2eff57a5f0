"""How a mutation runs: array limits, the idempotency key, and then the function that answers it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from graphql import GraphQLResolveInfo, get_directive_values

from simulator.admin_api.call import Call
from simulator.admin_api.errors import refusal, user_error
from simulator.admin_api.registry import resolves
from simulator.admin_api.schema import load_marks
from simulator.world.model import IdempotencyRecord

MAX_ARRAY = 250
KEY_RETENTION = timedelta(hours=24)

# Lists with a limit of their own, checked where they are used.
_OWN_LIMITS = frozenset({"lineItems", "variants", "fulfillmentOrderLineItems", "inventoryQuantities"})

Payload = dict[str, Any]
Mutation = Callable[..., Payload]


class Refused(Exception):
    """The mutation changes nothing and answers these user errors."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = list(errors)


def mutation(name: str) -> Callable[[Mutation], Mutation]:
    """Answer the mutation with this function of the call and the arguments; `Refused` becomes its user errors."""

    def register(function: Mutation) -> Mutation:
        def answer(_root: Any, call: Call, *, info: GraphQLResolveInfo[Call], **arguments: Any) -> Payload:
            _check_arrays(name, arguments)
            if call.refuses_changes:
                return {"userErrors": [user_error(None, "Something went wrong, please try again.")]}
            if load_marks().needs_key(name):
                return _once(name, function, call, info, arguments)
            return _attempt(function, call, arguments)

        resolves("Mutation", {name: answer})
        return function

    return register


def _attempt(function: Mutation, call: Call, arguments: Mapping[str, Any]) -> Payload:
    try:
        return {"userErrors": [], **function(call, **arguments)}
    except Refused as refused:
        return {"userErrors": refused.errors}


def _once(
    name: str, function: Mutation, call: Call, info: GraphQLResolveInfo[Call], arguments: Mapping[str, Any]
) -> Payload:
    key = _key(info)
    if key is None:
        raise refusal("The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST")
    fingerprint = _fingerprint(arguments)
    record = call.store.idempotency.get(key)
    if record is not None and call.now - record.at < KEY_RETENTION:
        return _again(record, name, fingerprint, function, call, arguments)
    call.idempotency_key = key
    call.replayed = None
    payload = _attempt(function, call, arguments)
    failed = bool(payload["userErrors"])
    call.world.add(
        call.store,
        IdempotencyRecord(
            key=key,
            operation=name,
            fingerprint=fingerprint,
            at=call.now,
            state="failed" if failed else "done",
            result=call.outcome,
        ),
    )
    return payload


def _again(
    record: IdempotencyRecord, name: str, fingerprint: str, function: Mutation, call: Call, arguments: Mapping[str, Any]
) -> Payload:
    if record.operation != name or record.fingerprint != fingerprint:
        message = "The idempotency key was used before with other parameters."
        return {"userErrors": [user_error(None, message, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]}
    if record.state == "failed":
        message = "The previous attempt with this idempotency key failed. Use a new key."
        return {"userErrors": [user_error(None, message, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]}
    call.idempotency_key = record.key
    call.replayed = record.result
    return _attempt(function, call, arguments)


def _key(info: GraphQLResolveInfo[Call]) -> str | None:
    directive = info.schema.get_directive("idempotent")
    assert directive is not None
    values = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    return None if values is None else str(values["key"])


def _fingerprint(arguments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()


def _check_arrays(name: str, value: Any, last: str = "") -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check_arrays(name, inner, key)
    elif isinstance(value, list):
        if len(value) > MAX_ARRAY and last not in _OWN_LIMITS:
            message = f"The input array size of {len(value)} is greater than the maximum allowed of {MAX_ARRAY}."
            raise refusal(message, "MAX_INPUT_SIZE_EXCEEDED")
        for inner in value:
            _check_arrays(name, inner, last)
