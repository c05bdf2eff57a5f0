"""The two ways the Admin API refuses: errors of the whole answer, and user errors inside a payload."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

ACCESS_DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"
PROTECTED_DOCUMENTATION = "https://shopify.dev/docs/apps/launch/protected-customer-data"


def refusal(message: str, code: str, **extensions: Any) -> GraphQLError:
    """An error for the `errors` list of the answer, with Shopify's code."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def not_modelled(what: str) -> GraphQLError:
    """The answer to everything Shopify has and this simulator does not."""
    return refusal(f"not modelled by the simulator: {what}", "NOT_MODELLED")


def access_denied(field_name: str, scopes: Sequence[str]) -> GraphQLError:
    """The refusal of a field for want of a scope."""
    named = [f"`{scope}` access scope" for scope in scopes]
    required = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"
    message = f"Access denied for {field_name} field. Required access: {required}."
    return refusal(message, "ACCESS_DENIED", documentation=ACCESS_DOCUMENTATION, requiredAccess=f"{required}.")


def not_approved(type_name: str) -> GraphQLError:
    """The refusal of a whole type for want of the approval for protected customer data."""
    message = (
        f"This app is not approved to access the {type_name} object. See {PROTECTED_DOCUMENTATION} for more details."
    )
    return refusal(message, "ACCESS_DENIED", documentation=PROTECTED_DOCUMENTATION)


def user_error(field: Sequence[str] | None, message: str, code: str | None = None) -> dict[str, Any]:
    """One entry of `userErrors`."""
    return {"field": None if field is None else list(field), "message": message, "code": code}
