"""When a partner's parcel was delivered, as its carrier says."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Of parcels known before it is learned when their order is read next."""
    op.execute("ALTER TABLE inbound_parcels ADD COLUMN delivered_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """What carriers said is forgotten."""
    op.execute("ALTER TABLE inbound_parcels DROP COLUMN delivered_at")
