"""A retailer goes on reading what it has on sale, or had: names of what is ordered outlive the partnership."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STORE = "nullif(current_setting('app.store_id', true), '')::bigint"
_SOLD = {
    "partner_variants": (
        "SELECT 1 FROM sku_mappings WHERE sku_mappings.partner_store_id = partner_variants.partner_store_id"
        f" AND sku_mappings.partner_variant_id = partner_variants.id AND sku_mappings.store_id = {_STORE}"
    ),
    "partner_products": (
        "SELECT 1 FROM partner_variants JOIN sku_mappings"
        " ON sku_mappings.partner_store_id = partner_variants.partner_store_id"
        " AND sku_mappings.partner_variant_id = partner_variants.id"
        " WHERE partner_variants.partner_store_id = partner_products.partner_store_id"
        f" AND partner_variants.product_id = partner_products.id AND sku_mappings.store_id = {_STORE}"
    ),
}


def upgrade() -> None:
    """Let them be read by whoever has, or had, them on sale."""
    for table, sold in _SOLD.items():
        _let_read(table, f" OR EXISTS ({sold})")


def downgrade() -> None:
    """Let them be read by live partnerships alone."""
    for table in _SOLD:
        _let_read(table, "")


def _let_read(table: str, too: str) -> None:
    op.execute(f"DROP POLICY read ON {table}")
    op.execute(
        f"CREATE POLICY read ON {table} FOR SELECT TO hub_app, hub_system USING (partner_store_id = {_STORE}"
        f" OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = {table}.partner_store_id"
        f" AND partners.store_id = {_STORE} AND partners.is_live){too})"
    )
