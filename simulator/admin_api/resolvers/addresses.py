"""Postal addresses of customers; most of their fields are protected."""

from dataclasses import dataclass
from typing import Any

from simulator.admin_api.call import Call
from simulator.admin_api.registry import attribute, resolves
from simulator.admin_api.resolvers.shop import postal
from simulator.world.model import Address, Customer

PLACE = ("address1", "address2", "city", "country", "phone", "province", "provinceCode", "zip")


@dataclass(frozen=True)
class AddressNode:
    """An address with the thing it belongs to, for its id."""

    owner: int
    role: str
    address: Address

    @property
    def gid(self) -> str:
        return f"gid://shopify/MailingAddress/{self.owner}?role={self.role}"


def address_node(owner: int, role: str, address: Address | None) -> AddressNode | None:
    """The address as a node, or none."""
    return None if address is None else AddressNode(owner, role, address)


def _formatted(node: AddressNode, _call: Call, with_company: bool = True, with_name: bool = False) -> list[str]:
    head = [node.address.name if with_name else "", (node.address.company or "") if with_company else ""]
    return [line for line in head if line] + list(postal(node.address)["formatted"])


def _part(name: str) -> Any:
    return lambda node, _call: postal(node.address)[name]


resolves(
    "MailingAddress",
    {name: _part(name) for name in PLACE}
    | {
        "id": attribute("gid"),
        "company": lambda node, _: node.address.company,
        "countryCodeV2": lambda node, _: node.address.country_code,
        "firstName": lambda node, _: node.address.first_name,
        "lastName": lambda node, _: node.address.last_name,
        "name": lambda node, _: node.address.name,
        "formatted": _formatted,
    },
)


def _display_name(customer: Customer, call: Call) -> str:
    return customer.address.name or customer.email or ""


resolves(
    "Customer",
    {
        "id": attribute("gid"),
        "legacyResourceId": attribute("id"),
        "displayName": _display_name,
        "firstName": lambda customer, _: customer.address.first_name,
        "lastName": lambda customer, _: customer.address.last_name,
        "email": attribute("email"),
        "phone": attribute("phone"),
        "tags": lambda _customer, _call: [],
        "note": attribute("note"),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
    },
)
