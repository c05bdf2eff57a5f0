"""Who may see which row: three classes of table, each with its row-level security."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from sqlalchemy import BigInteger, Identity, Table
from sqlalchemy.orm import Mapped, mapped_column

TableClass = Literal["machinery", "partner_store", "tenant"]

STORE = "nullif(current_setting('app.store_id', true), '')::bigint"
PARTNER = "nullif(current_setting('app.partner_id', true), '')::bigint"
APP_ROLE = "hub_app"
SYSTEM_ROLE = "hub_system"


class Machinery:
    """Rows that run the product; only the role `hub_system` reads and writes them."""

    __tenancy__: ClassVar[TableClass] = "machinery"


class PartnerStoreOwned:
    """What was read from a partner's store: written for that store, read by retailers with a live partnership.

    What a retailer has, or had, on sale it goes on reading: names of what is ordered outlive the partnership.
    """

    __tenancy__: ClassVar[TableClass] = "partner_store"

    partner_store_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, insert_sentinel=True)


class TenantOwned:
    """A retailer's row; a foreign key carries the store's id too, so that it can never point at another tenant's."""

    __tenancy__: ClassVar[TableClass] = "tenant"

    store_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, insert_sentinel=True)


def table_classes(mappers: Iterable[type]) -> dict[str, TableClass]:
    """Return each table's class; a model without one is a mistake the tests find."""
    return {model.__tablename__: model.__tenancy__ for model in mappers}  # type: ignore[attr-defined]


def policies(table: Table, table_class: TableClass) -> list[str]:
    """Return the statements that put a table under the row-level security of its class.

    A table may carry its own rule in `info["select"]` or `info["write"]` (the partnership row, which both sides see),
    and of a partner's rows those that others may read too in `info["read_too"]`.
    """
    name = table.name
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
    ]
    if table_class == "machinery":
        return [
            *statements,
            f"CREATE POLICY system ON {name} TO {SYSTEM_ROLE} USING (true)",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {SYSTEM_ROLE}",
        ]
    roles = f"{APP_ROLE}, {SYSTEM_ROLE}"
    statements.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {roles}")
    if table_class == "partner_store":
        owns = f"partner_store_id = {STORE}"
        sells = (
            f"EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = {name}.partner_store_id "
            f"AND partners.store_id = {STORE} AND partners.is_live)"
        )
        write = table.info.get("write", owns)
        reads = " OR ".join([owns, sells, *table.info.get("read_too", ())])
        return [
            *statements,
            f"CREATE POLICY read ON {name} FOR SELECT TO {roles} USING ({reads})",
            f"CREATE POLICY add ON {name} FOR INSERT TO {roles} WITH CHECK ({write})",
            f"CREATE POLICY change ON {name} FOR UPDATE TO {roles} USING ({write})",
            f"CREATE POLICY remove ON {name} FOR DELETE TO {roles} USING ({write})",
        ]
    mine = f"store_id = {STORE}"
    as_partner = (
        f"({PARTNER} IS NULL OR partner_id = {PARTNER})" if "partner_id" in table.columns else f"{PARTNER} IS NULL"
    )
    as_partner = table.info.get("as_partner", as_partner)
    return [
        *statements,
        f"CREATE POLICY read ON {name} FOR SELECT TO {roles} USING ({table.info.get('select', mine)})",
        f"CREATE POLICY add ON {name} FOR INSERT TO {roles} WITH CHECK ({mine})",
        f"CREATE POLICY change ON {name} FOR UPDATE TO {roles} USING ({mine})",
        f"CREATE POLICY remove ON {name} FOR DELETE TO {roles} USING ({mine})",
        f"CREATE POLICY partner_side ON {name} AS RESTRICTIVE TO {roles} USING ({as_partner})",
    ]
