package history

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// apply runs the migrations. Each finds the session as it was at its start, whatever the one
// before it has set. An error names the file and the line.
func apply(ctx context.Context, conn *pgconn.PgConn, migrations []Migration) error {
	for _, m := range migrations {
		if err := m.apply(ctx, conn); err != nil {
			return err
		}
		if conn.TxStatus() != 'I' {
			return fmt.Errorf("%s:%d: at its end a transaction is open", m.Path, m.lastLine())
		}
		if _, err := conn.Exec(ctx, "DISCARD ALL").ReadAll(); err != nil {
			return fmt.Errorf("%s: after it: %w", m.Path, err)
		}
	}
	return nil
}

func (m Migration) apply(ctx context.Context, conn *pgconn.PgConn) error {
	messages := m.messages
	if m.transaction {
		messages = append([]statement{{"BEGIN", 1}}, messages...)
		messages = append(messages, statement{"COMMIT", m.lastLine()})
	}
	for _, message := range messages {
		done, err := run(ctx, conn, message.text)
		if err != nil {
			return m.located(message, done, err)
		}
	}
	return nil
}

// run sends a message, and returns how many of its statements were done.
func run(ctx context.Context, conn *pgconn.PgConn, text string) (done int, err error) {
	results := conn.Exec(ctx, text)
	for results.NextResult() {
		if _, err := results.ResultReader().Close(); err != nil {
			break // which the Close below says too
		}
		done++
	}
	return done, results.Close()
}

// located adds the file, the line of what failed or was under way, and what the database says beside its message.
func (m Migration) located(message statement, done int, err error) error {
	line := message.line
	var failed *pgconn.PgError
	switch statements := split(message.text, message.line); {
	case errors.As(err, &failed) && failed.Position > 0:
		text := []rune(message.text)
		line += strings.Count(string(text[:min(int(failed.Position)-1, len(text))]), "\n")
	case done < len(statements):
		line = statements[done].line
	}
	err = fmt.Errorf("%s:%d: %w", m.Path, line, err)
	if failed != nil && failed.Detail != "" {
		err = fmt.Errorf("%w: %s", err, failed.Detail)
	}
	return err
}

// lastLine is that of the last statement.
func (m Migration) lastLine() int {
	line := 1
	for _, message := range m.messages {
		for _, s := range split(message.text, message.line) {
			line = s.line
		}
	}
	return line
}
