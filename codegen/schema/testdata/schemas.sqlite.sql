crud: SQLite has no schemas: golden.schemas.Account says schema "billing"
crud: SQLite has no schemas: golden.schemas.Invoice refers to accounts of schema "billing"
crud: SQLite has no schemas: golden.schemas.Invoice says schema "billing"
