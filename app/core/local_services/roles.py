"""The roles and the database a fresh server gets, and the addresses that lead to them."""

from urllib.parse import quote

from psycopg import sql

from app.core.local_services.postgres import Postgres

DATABASE = "hub"
OWNER = "hub_owner"
LOGIN = "hub_login"
# What each role may; none of them is a superuser or passes row-level security.
ROLES = {
    OWNER: "LOGIN",
    "hub_app": "NOLOGIN",
    "hub_system": "NOLOGIN",
    LOGIN: "LOGIN NOINHERIT",
}
REFUSED = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION"


def prepare(server: Postgres) -> None:
    """See that the server has the roles and an empty database of their owner; doing it again changes nothing."""
    with server.connect() as connection:
        # Several starters may come at once, and CREATE DATABASE cannot stand in a transaction.
        connection.execute("SELECT pg_advisory_lock(8700)")
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, rights in ROLES.items():
            if role not in known:
                connection.execute(sql.SQL(f"CREATE ROLE {{}} {rights} {REFUSED}").format(sql.Identifier(role)))
        connection.execute(f"GRANT hub_app, hub_system TO {LOGIN}")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            create_database(server, DATABASE)


def create_database(server: Postgres, name: str, template: str = "template1") -> None:
    """Make a database of the owner's, as a copy of the template."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    with server.connect() as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)))


def drop_database(server: Postgres, name: str) -> None:
    """Remove a database and whoever is still connected to it."""
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def address(server: Postgres, role: str, database: str = DATABASE) -> str:
    """The address of a database for a role, in the form DATABASE_URL has."""
    return f"postgresql+psycopg://{role}@/{database}?host={quote(str(server.sockets))}"
