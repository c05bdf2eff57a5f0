"""Tracking numbers in the form in which they are compared, so that the database finds who bears one."""

from alembic import op

revision = "0017"
down_revision = "0016"

PLAIN = "text GENERATED ALWAYS AS (upper(regexp_replace({}, '[^A-Za-z0-9]', '', 'g'))) STORED"


def upgrade() -> None:
    """Keep the form beside each number that is there, and find it by an index."""
    number, correction = PLAIN.format("tracking_number"), PLAIN.format("(correction ->> 'number')")
    op.execute(f"ALTER TABLE shipments ADD COLUMN plain_number {number}, ADD COLUMN plain_correction {correction}")
    op.execute("CREATE INDEX ix_shipments_number ON shipments (store_id, plain_number)")
    op.execute(
        "CREATE INDEX ix_shipments_correction ON shipments (store_id, plain_correction) "
        "WHERE plain_correction IS NOT NULL"
    )
    op.execute("DROP INDEX ix_inbound_parcels_number")
    op.execute(f"ALTER TABLE inbound_parcels ADD COLUMN plain_number {number}")
    op.execute("CREATE INDEX ix_inbound_parcels_number ON inbound_parcels (store_id, plain_number)")
    op.execute(
        "CREATE INDEX ix_inbound_parcels_renumbered ON inbound_parcels (store_id) WHERE earlier_numbers <> '[]'::jsonb"
    )


def downgrade() -> None:
    """Let each number be brought into the form whenever somebody looks for one."""
    op.execute("DROP INDEX ix_inbound_parcels_renumbered")
    op.execute("ALTER TABLE inbound_parcels DROP COLUMN plain_number")
    op.execute("CREATE INDEX ix_inbound_parcels_number ON inbound_parcels (store_id, tracking_number)")
    op.execute("ALTER TABLE shipments DROP COLUMN plain_number, DROP COLUMN plain_correction")
