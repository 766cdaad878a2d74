crud: the index docs_code_idx of golden.indexes.Doc has the method hash, and SQLite has btree only; remove the method, or the index
crud: the index docs_tags_idx of golden.indexes.Doc has the method gin, and SQLite has btree only; remove the method, or the index
crud: the index docs_labels_idx of golden.indexes.Doc has the method gin, and SQLite has btree only; remove the method, or the index
crud: the index docs_title_tsvector_idx of golden.indexes.Doc has the method gist, and SQLite has btree only; remove the method, or the index
crud: the index docs_long of golden.indexes.Doc has the method spgist, and SQLite has btree only; remove the method, or the index
crud: the index docs_pages_idx of golden.indexes.Doc has the method brin, and SQLite has btree only; remove the method, or the index
