-- Who may see which row: row-level security by the class of each table (app/core/tenancy.py).
ALTER TABLE domain_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE domain_events FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON domain_events TO hub_app, hub_system;
CREATE POLICY read ON domain_events FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON domain_events FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON domain_events FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON domain_events FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON domain_events AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE dropped_webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE dropped_webhooks FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON dropped_webhooks TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON dropped_webhooks TO hub_system;

ALTER TABLE exceptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE exceptions FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON exceptions TO hub_app, hub_system;
CREATE POLICY read ON exceptions FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON exceptions FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON exceptions FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON exceptions FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON exceptions AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE inbox_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_events FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON inbox_events TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_events TO hub_system;

ALTER TABLE job_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON job_runs TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON job_runs TO hub_system;

ALTER TABLE known_resources ENABLE ROW LEVEL SECURITY;
ALTER TABLE known_resources FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON known_resources TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON known_resources TO hub_system;

ALTER TABLE oauth_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_states FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON oauth_states TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_states TO hub_system;

ALTER TABLE order_polls ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_polls FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_polls TO hub_app, hub_system;
CREATE POLICY read ON order_polls FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON order_polls FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON order_polls FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON order_polls FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON order_polls AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE order_reads ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_reads FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_reads TO hub_app, hub_system;
CREATE POLICY read ON order_reads FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON order_reads FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON order_reads FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON order_reads FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON order_reads AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO hub_app, hub_system;
CREATE POLICY read ON orders FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON orders FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON orders FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON orders FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON orders AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE partner_products ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_products FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_products TO hub_app, hub_system;
CREATE POLICY read ON partner_products FOR SELECT TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = partner_products.partner_store_id AND partners.store_id = nullif(current_setting('app.store_id', true), '')::bigint AND partners.is_live));
CREATE POLICY add ON partner_products FOR INSERT TO hub_app, hub_system WITH CHECK (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partner_products FOR UPDATE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partner_products FOR DELETE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);

ALTER TABLE planned_instants ENABLE ROW LEVEL SECURITY;
ALTER TABLE planned_instants FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON planned_instants TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON planned_instants TO hub_system;

ALTER TABLE retailer_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE retailer_settings FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON retailer_settings TO hub_app, hub_system;
CREATE POLICY read ON retailer_settings FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON retailer_settings FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON retailer_settings FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON retailer_settings FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON retailer_settings AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE stock_reads ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_reads FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON stock_reads TO hub_app, hub_system;
CREATE POLICY read ON stock_reads FOR SELECT TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = stock_reads.partner_store_id AND partners.store_id = nullif(current_setting('app.store_id', true), '')::bigint AND partners.is_live));
CREATE POLICY add ON stock_reads FOR INSERT TO hub_app, hub_system WITH CHECK (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON stock_reads FOR UPDATE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON stock_reads FOR DELETE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);

ALTER TABLE stores ENABLE ROW LEVEL SECURITY;
ALTER TABLE stores FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON stores TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON stores TO hub_system;

ALTER TABLE access_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON access_tokens TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON access_tokens TO hub_system;

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_lines TO hub_app, hub_system;
CREATE POLICY read ON order_lines FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON order_lines FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON order_lines FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON order_lines FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON order_lines AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE partner_variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_variants FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_variants TO hub_app, hub_system;
CREATE POLICY read ON partner_variants FOR SELECT TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = partner_variants.partner_store_id AND partners.store_id = nullif(current_setting('app.store_id', true), '')::bigint AND partners.is_live));
CREATE POLICY add ON partner_variants FOR INSERT TO hub_app, hub_system WITH CHECK (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partner_variants FOR UPDATE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partner_variants FOR DELETE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);

ALTER TABLE partners ENABLE ROW LEVEL SECURITY;
ALTER TABLE partners FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partners TO hub_app, hub_system;
CREATE POLICY read ON partners FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint OR partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON partners FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partners FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partners FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON partners AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE shipments ENABLE ROW LEVEL SECURITY;
ALTER TABLE shipments FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON shipments TO hub_app, hub_system;
CREATE POLICY read ON shipments FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON shipments FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON shipments FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON shipments FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON shipments AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE calendar_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_changes FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_changes TO hub_app, hub_system;
CREATE POLICY read ON calendar_changes FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON calendar_changes FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON calendar_changes FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON calendar_changes FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON calendar_changes AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE cycles ENABLE ROW LEVEL SECURITY;
ALTER TABLE cycles FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON cycles TO hub_app, hub_system;
CREATE POLICY read ON cycles FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON cycles FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON cycles FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON cycles FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON cycles AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON invitations TO hub_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO hub_system;

ALTER TABLE order_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_holds FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_holds TO hub_app, hub_system;
CREATE POLICY read ON order_holds FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON order_holds FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON order_holds FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON order_holds FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON order_holds AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE partner_polls ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_polls FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_polls TO hub_app, hub_system;
CREATE POLICY read ON partner_polls FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON partner_polls FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partner_polls FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partner_polls FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON partner_polls AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE partner_stock ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_stock FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_stock TO hub_app, hub_system;
CREATE POLICY read ON partner_stock FOR SELECT TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = partner_stock.partner_store_id AND partners.store_id = nullif(current_setting('app.store_id', true), '')::bigint AND partners.is_live));
CREATE POLICY add ON partner_stock FOR INSERT TO hub_app, hub_system WITH CHECK (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partner_stock FOR UPDATE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partner_stock FOR DELETE TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint);

ALTER TABLE product_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_imports FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON product_imports TO hub_app, hub_system;
CREATE POLICY read ON product_imports FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON product_imports FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON product_imports FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON product_imports FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON product_imports AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE shipment_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE shipment_lines FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON shipment_lines TO hub_app, hub_system;
CREATE POLICY read ON shipment_lines FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON shipment_lines FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON shipment_lines FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON shipment_lines FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON shipment_lines AS RESTRICTIVE TO hub_app, hub_system USING (nullif(current_setting('app.partner_id', true), '')::bigint IS NULL);

ALTER TABLE sku_mappings ENABLE ROW LEVEL SECURITY;
ALTER TABLE sku_mappings FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON sku_mappings TO hub_app, hub_system;
CREATE POLICY read ON sku_mappings FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON sku_mappings FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON sku_mappings FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON sku_mappings FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON sku_mappings AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE unit_lots ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_lots FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_lots TO hub_app, hub_system;
CREATE POLICY read ON unit_lots FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON unit_lots FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON unit_lots FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON unit_lots FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON unit_lots AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE unit_postings ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_postings FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_postings TO hub_app, hub_system;
CREATE POLICY read ON unit_postings FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON unit_postings FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON unit_postings FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON unit_postings FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON unit_postings AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE import_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_items FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON import_items TO hub_app, hub_system;
CREATE POLICY read ON import_items FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON import_items FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON import_items FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON import_items FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON import_items AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE inbound_parcels ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_parcels FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_parcels TO hub_app, hub_system;
CREATE POLICY read ON inbound_parcels FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON inbound_parcels FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON inbound_parcels FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON inbound_parcels FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON inbound_parcels AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE master_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE master_changes FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON master_changes TO hub_app, hub_system;
CREATE POLICY read ON master_changes FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON master_changes FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON master_changes FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON master_changes FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON master_changes AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE master_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE master_lines FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON master_lines TO hub_app, hub_system;
CREATE POLICY read ON master_lines FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON master_lines FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON master_lines FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON master_lines FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON master_lines AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE partner_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE partner_orders FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON partner_orders TO hub_app, hub_system;
CREATE POLICY read ON partner_orders FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON partner_orders FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON partner_orders FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON partner_orders FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON partner_orders AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE stock_offers ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_offers FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON stock_offers TO hub_app, hub_system;
CREATE POLICY read ON stock_offers FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON stock_offers FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON stock_offers FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON stock_offers FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON stock_offers AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE unit_balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_balances FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_balances TO hub_app, hub_system;
CREATE POLICY read ON unit_balances FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON unit_balances FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON unit_balances FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON unit_balances FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON unit_balances AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE unit_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_claims FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_claims TO hub_app, hub_system;
CREATE POLICY read ON unit_claims FOR SELECT TO hub_app, hub_system USING (partner_store_id = nullif(current_setting('app.store_id', true), '')::bigint OR EXISTS (SELECT 1 FROM partners WHERE partners.partner_store_id = unit_claims.partner_store_id AND partners.store_id = nullif(current_setting('app.store_id', true), '')::bigint AND partners.is_live));
CREATE POLICY add ON unit_claims FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON unit_claims FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON unit_claims FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);

ALTER TABLE unit_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit_moves FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON unit_moves TO hub_app, hub_system;
CREATE POLICY read ON unit_moves FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON unit_moves FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON unit_moves FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON unit_moves FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON unit_moves AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE inbound_parcel_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_parcel_lines FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_parcel_lines TO hub_app, hub_system;
CREATE POLICY read ON inbound_parcel_lines FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON inbound_parcel_lines FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON inbound_parcel_lines FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON inbound_parcel_lines FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON inbound_parcel_lines AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON receipts TO hub_app, hub_system;
CREATE POLICY read ON receipts FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON receipts FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON receipts FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON receipts FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON receipts AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

ALTER TABLE receipt_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_lines FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON receipt_lines TO hub_app, hub_system;
CREATE POLICY read ON receipt_lines FOR SELECT TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY add ON receipt_lines FOR INSERT TO hub_app, hub_system WITH CHECK (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY change ON receipt_lines FOR UPDATE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY remove ON receipt_lines FOR DELETE TO hub_app, hub_system USING (store_id = nullif(current_setting('app.store_id', true), '')::bigint);
CREATE POLICY partner_side ON receipt_lines AS RESTRICTIVE TO hub_app, hub_system USING ((nullif(current_setting('app.partner_id', true), '')::bigint IS NULL OR partner_id = nullif(current_setting('app.partner_id', true), '')::bigint));

-- A store's number is drawn before its row is written, to know under which tenant that happens.
GRANT USAGE ON SEQUENCE stores_id_seq TO hub_system;
