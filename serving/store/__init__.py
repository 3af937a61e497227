"""What the server keeps: tables, the audit chain, and the queries on them."""
