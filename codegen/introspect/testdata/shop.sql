CREATE TYPE order_status AS ENUM ('placed', 'paid', 'shipped', 'returned');
CREATE TABLE categories (id serial PRIMARY KEY, parent_id integer REFERENCES categories, title varchar(80) NOT NULL UNIQUE);
CREATE TABLE products (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sku varchar(32) NOT NULL UNIQUE, title text NOT NULL, description text NOT NULL DEFAULT '',
	price numeric(10,2) NOT NULL CHECK (price >= 0), category_id integer REFERENCES categories ON DELETE SET NULL, tags text[] NOT NULL DEFAULT '{}',
	attributes jsonb NOT NULL DEFAULT '{}', active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE products IS 'What the shop sells.';
COMMENT ON COLUMN products.sku IS 'The stock keeping unit, as the warehouse has it.';
CREATE INDEX products_category_id_idx ON products (category_id);
CREATE INDEX products_tags_idx ON products USING gin (tags);
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, display_name text NOT NULL, birthday date, delete_time timestamptz);
CREATE TABLE orders (
	id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, status order_status NOT NULL DEFAULT 'placed',
	placed_at timestamptz NOT NULL DEFAULT now(), shipped_at timestamptz, note text
);
CREATE TABLE order_lines (
	order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE, position integer NOT NULL, product_id uuid NOT NULL REFERENCES products ON DELETE RESTRICT,
	quantity integer NOT NULL DEFAULT 1, price numeric(10,2) NOT NULL, total numeric(12,2) GENERATED ALWAYS AS (quantity * price) STORED,
	PRIMARY KEY (order_id, position)
);
CREATE MATERIALIZED VIEW sales AS SELECT product_id, sum(quantity) AS sold FROM order_lines GROUP BY product_id;
CREATE UNIQUE INDEX sales_product ON sales (product_id);
