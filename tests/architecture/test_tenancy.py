"""Tenancy: each table is of one class, the database enforces it, and no row can point at another tenant's."""

from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import Base
from app.core.tenancy import APP_ROLE, SYSTEM_ROLE, policies
from migrations.models import load_models

CLASSES = load_models()
TABLES = {table.name: table for table in Base.metadata.sorted_tables}
TENANT = sorted(name for name, kind in CLASSES.items() if kind == "tenant")
SHARED = sorted(name for name, kind in CLASSES.items() if kind == "partner_store")
MACHINERY = sorted(name for name, kind in CLASSES.items() if kind == "machinery")

pytestmark = pytest.mark.anyio


def test_every_table_has_a_class() -> None:
    assert set(CLASSES) == set(TABLES)
    assert len(TENANT) > 10
    assert len(SHARED) >= 4


@pytest.mark.parametrize("name", TENANT)
def test_a_tenants_foreign_keys_carry_its_store(name: str) -> None:
    lacking = [
        key
        for key in TABLES[name].foreign_key_constraints
        if CLASSES[key.referred_table.name] == "tenant" and "store_id" not in key.column_keys
    ]

    assert lacking == []
    assert next(column.name for column in TABLES[name].primary_key) == "store_id"


@pytest.mark.parametrize("name", SHARED)
def test_a_partner_stores_rows_are_keyed_by_the_store(name: str) -> None:
    assert next(column.name for column in TABLES[name].primary_key) == "partner_store_id"


async def test_the_database_enforces_the_class_of_every_table(connection: AsyncConnection) -> None:
    security = await connection.execute(
        text("SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = ANY(:names)"),
        {"names": list(TABLES)},
    )
    enforced: Mapping[str, bool] = {name: forced for name, forced in security}
    written = await connection.execute(text("SELECT tablename, policyname FROM pg_policies"))
    found: dict[str, set[str]] = {}
    for name, policy in written:
        found.setdefault(name, set()).add(policy)

    wanted = {
        name: {line.split()[2] for line in policies(table, CLASSES[name]) if line.startswith("CREATE POLICY")}
        for name, table in TABLES.items()
    }

    assert enforced == dict.fromkeys(TABLES, True)
    assert {name: wanted[name] - found.get(name, set()) for name in TABLES} == {name: set() for name in TABLES}


async def test_the_login_role_is_bound_by_the_policies(connection: AsyncConnection) -> None:
    row = (
        await connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = session_user")
        )
    ).one()

    assert tuple(row) == (False, False, False)


async def test_a_query_without_a_filter_returns_nothing_for_nobody(connection: AsyncConnection) -> None:
    await _become(connection, APP_ROLE, "")

    counts = {
        name: (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in TENANT + SHARED
    }

    assert set(counts.values()) == {0}


@pytest.mark.parametrize("name", MACHINERY)
async def test_machinery_is_closed_to_whoever_serves_a_page(connection: AsyncConnection, name: str) -> None:
    await _become(connection, APP_ROLE, "1")

    with pytest.raises(ProgrammingError, match="permission denied"):
        await connection.execute(text(f"SELECT * FROM {name}"))


async def test_another_tenants_rows_do_not_exist_and_cannot_be_pointed_at(connection: AsyncConnection) -> None:
    await _two_retailers_with_a_setting(connection)
    await _become(connection, APP_ROLE, "1")

    mine = (await connection.execute(text("SELECT store_id FROM product_imports"))).scalars().all()
    changed = await connection.execute(text("UPDATE product_imports SET state = 'finished' WHERE store_id = 2"))

    assert mine == [1]
    assert changed.rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with connection.begin_nested():
            await connection.execute(_IMPORT, {"store": 2, "partner": 22})
    with pytest.raises(IntegrityError, match="foreign key"):
        async with connection.begin_nested():
            await connection.execute(_IMPORT, {"store": 1, "partner": 22})


async def test_while_a_partner_acts_tables_without_their_name_are_empty(connection: AsyncConnection) -> None:
    await _two_retailers_with_a_setting(connection)
    await _become(connection, APP_ROLE, "1", partner="12")

    mine = (await connection.execute(text("SELECT id FROM partners"))).scalars().all()
    counts = {
        name: (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one()
        for name in TENANT
        if "partner_id" not in TABLES[name].columns and name != "partners"
    }
    foreign = (await connection.execute(text("SELECT count(*) FROM product_imports"))).scalar_one()

    assert mine == [12]
    assert set(counts.values()) == {0}
    assert foreign == 0


_IMPORT = text(
    "INSERT INTO product_imports (store_id, partner_id, state, markup, requested_at)"
    " VALUES (:store, :partner, 'waiting', 0.4, now())"
)
_PARTNER = text(
    "INSERT INTO partners (store_id, id, name, shop_domain, state, discount, buffer, location_ids, weekday,"
    " cutoff_time, time_zone, grace_minutes, checks)"
    " VALUES (:store, :partner, 'Oak', :shop, 'invited', 0.3, 0, '[]', 4, '18:00', 'UTC', 15, '[]')"
)


async def _two_retailers_with_a_setting(connection: AsyncConnection) -> None:
    for store, partner in ((1, 11), (1, 12), (2, 22)):
        await _become(connection, SYSTEM_ROLE, str(store))
        await connection.execute(_PARTNER, {"store": store, "partner": partner, "shop": f"p{partner}.myshopify.com"})
    for store, partner in ((1, 11), (2, 22)):
        await _become(connection, SYSTEM_ROLE, str(store))
        await connection.execute(_IMPORT, {"store": store, "partner": partner})


async def _become(connection: AsyncConnection, role: str, store: str, partner: str = "") -> None:
    await connection.execute(
        text(
            "SELECT set_config('role', :role, true), set_config('app.store_id', :store, true),"
            " set_config('app.partner_id', :partner, true)"
        ),
        {"role": role, "store": store, "partner": partner},
    )
