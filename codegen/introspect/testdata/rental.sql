CREATE TYPE film_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
CREATE DOMAIN film_year AS integer CHECK (VALUE >= 1888);
CREATE TABLE languages (language_id serial PRIMARY KEY, name character(20) NOT NULL, last_update timestamp without time zone NOT NULL DEFAULT now());
CREATE TABLE actors (actor_id serial PRIMARY KEY, first_name varchar(45) NOT NULL, last_name varchar(45) NOT NULL, last_update timestamp NOT NULL DEFAULT now());
CREATE INDEX actors_last_name_idx ON actors (last_name);
CREATE TABLE films (
	film_id serial PRIMARY KEY, title varchar(255) NOT NULL, description text, release_year film_year, language_id smallint NOT NULL,
	rental_duration smallint NOT NULL DEFAULT 3, rental_rate numeric(4,2) NOT NULL DEFAULT 4.99, length smallint, rating film_rating DEFAULT 'G',
	special_features text[], fulltext tsvector NOT NULL, original_language_id integer REFERENCES languages (language_id) ON UPDATE CASCADE ON DELETE RESTRICT
);
CREATE INDEX films_fulltext ON films USING gist (fulltext);
CREATE TABLE film_actors (actor_id integer NOT NULL REFERENCES actors ON UPDATE CASCADE, film_id integer NOT NULL REFERENCES films, PRIMARY KEY (actor_id, film_id));
CREATE TABLE stores (store_id serial PRIMARY KEY, manager_id integer NOT NULL);
CREATE TABLE staff (staff_id serial PRIMARY KEY, store_id integer NOT NULL REFERENCES stores, username varchar(16) NOT NULL, password varchar(40), picture bytea, active boolean NOT NULL DEFAULT true);
ALTER TABLE stores ADD FOREIGN KEY (manager_id) REFERENCES staff;
CREATE TABLE customers (customer_id serial PRIMARY KEY, store_id integer NOT NULL REFERENCES stores, first_name varchar(45) NOT NULL, email varchar(50), create_date date NOT NULL DEFAULT CURRENT_DATE);
CREATE TABLE rentals (rental_id serial PRIMARY KEY, rental_date timestamp NOT NULL, customer_id integer NOT NULL REFERENCES customers, return_date timestamp, during tsrange, staff_id integer NOT NULL REFERENCES staff);
CREATE UNIQUE INDEX rentals_unq ON rentals (rental_date, customer_id);
CREATE TABLE payments (payment_id serial NOT NULL, customer_id integer NOT NULL REFERENCES customers, amount numeric(5,2) NOT NULL, payment_date timestamp NOT NULL, PRIMARY KEY (payment_id, payment_date)) PARTITION BY RANGE (payment_date);
CREATE TABLE payments_early PARTITION OF payments FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE VIEW customer_lists AS SELECT customer_id AS id, first_name, email FROM customers;
