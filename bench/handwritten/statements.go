package handwritten

const columns = `id, author, title, isbn, pages, price, tags, in_print, create_time, update_time`

const getBook = `SELECT ` + columns + ` FROM books WHERE id = $1`

const listBooks = `SELECT ` + columns + ` FROM books WHERE id > $1 ORDER BY id LIMIT $2`

const listLonger = `SELECT ` + columns + ` FROM books WHERE in_print = $1 AND pages > $2 ORDER BY id LIMIT $3`

const createBook = `INSERT INTO books (author, title, isbn, pages, price, tags, in_print, create_time, update_time)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
	RETURNING ` + columns

// Each update has a time of its own, later than the one before.
const updateTitle = `UPDATE books
	SET title = $2, update_time = greatest($3, update_time + interval '1 microsecond')
	WHERE id = $1
	RETURNING ` + columns

const deleteBook = `DELETE FROM books WHERE id = $1`
