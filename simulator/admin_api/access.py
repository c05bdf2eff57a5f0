"""Scopes and protected customer data, decided per field from the marks of the schema."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.errors import access_denied, not_approved

# Objects with customer data: without any approval (level 1) Shopify refuses them whole.
LEVEL_1_TYPES = frozenset({"Customer", "DraftOrder", "Fulfillment", "FulfillmentOrder", "Order", "Refund"})


@dataclass(frozen=True)
class Marks:
    """What `schema_marks.json` says of types and fields."""

    types: Mapping[str, Mapping[str, Any]]
    fields: Mapping[str, Mapping[str, Any]]
    left_out: Mapping[str, tuple[str, ...]]

    @classmethod
    def parse(cls, text: str) -> "Marks":
        """Read the marks file's content."""
        content = json.loads(text)
        left_out = {name: tuple(fields) for name, fields in content["left_out"].items()}
        return cls(types=content["types"], fields=content["fields"], left_out=left_out)

    def is_protected(self, type_name: str, field_name: str) -> bool:
        """Whether the field holds name, address, phone or e-mail of a customer."""
        return "protected" in self.fields.get(f"{type_name}.{field_name}", ())

    def needs_key(self, mutation: str) -> bool:
        """Whether the mutation demands `@idempotent`."""
        return bool(self.fields.get(f"Mutation.{mutation}", {}).get("idempotent"))

    def check_field(self, call: Call, type_name: str, field_name: str, returned: str) -> None:
        """Refuse the field when a scope for it, or for the type it returns, is missing."""
        scopes = self.fields.get(f"{type_name}.{field_name}", {}).get("scopes")
        if scopes and not call.may(scopes):
            raise access_denied(field_name, scopes)
        if type_name != "Mutation":
            self.check_type(call, returned, field_name)

    def check_type(self, call: Call, type_name: str, field_name: str) -> None:
        """Refuse objects of a type the app may not see."""
        type_name = type_name.removesuffix("Connection").removesuffix("Edge")
        scopes = self.types.get(type_name, {}).get("scopes")
        if scopes and not call.may(scopes):
            raise access_denied(field_name, scopes)
        if call.protected_data == "none" and type_name in LEVEL_1_TYPES:
            raise not_approved(type_name)

    def hides(self, call: Call, type_name: str, field_name: str) -> bool:
        """Whether the field is answered null because the app is not approved for it."""
        return call.protected_data != "level2" and self.is_protected(type_name, field_name)
