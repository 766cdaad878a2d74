// Package migrate plans how a live PostgreSQL database becomes what the models say, and
// writes the plan as plain SQL files that people read and migration tools run.
//
// What is wanted is found by making the models' tables in schemas of their own, inside a
// transaction that is rolled back, and asking the catalog about them and about the live
// tables with the same statements. Two states that the database describes in the same
// words are equal; nothing is compared by parsing SQL.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
)

// A Config says what is planned.
type Config struct {
	Tables []*schema.Table
	// Others are tables that Tables refer to and that are not planned for.
	Others []*schema.Table
	// Destructive lets the plan lose values: drop what the models do not have, and change
	// types where a value may not fit.
	Destructive bool
}

// A Plan is what there is to do, in order.
type Plan struct {
	Steps []Step
	// Kept says, a line each, what the database has beyond the models.
	Kept []string
}

// Make compares the database with the models. It changes nothing, and locks no table
// that exists; the role must be allowed to create schemas in the database. The search_path
// of the connection says where the tables are that state no schema.
//
// Its error lists all that the plan would need and may not do.
func Make(ctx context.Context, conn *pgx.Conn, c Config) (*Plan, error) {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }() // a plan leaves nothing behind
	p := &planner{Config: c}
	if err := p.read(ctx, tx); err != nil {
		return nil, err
	}
	p.plan()
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	slices.SortStableFunc(p.steps, func(a, b Step) int { return int(a.Phase) - int(b.Phase) })
	return &Plan{Steps: p.steps, Kept: p.kept}, nil
}

// A planner compares two catalogs.
type planner struct {
	Config
	live, want *catalog.Catalog
	// written are the statements of the wanted indexes, by table and name: what
	// follows ON table in the model's own words.
	written  map[catalog.Name]map[string]string
	current  string // the schema of the tables that state none
	steps    []Step
	kept     []string
	problems []error
}

// A pair is a table as it is and as it is to be.
type pair struct {
	live, want *catalog.Table
	model      *schema.Table
	// retyped are the columns whose type changes.
	retyped map[string]bool
	// renamed are the columns that get another name, or whose table does.
	renamed map[string]bool
}

func (p *planner) plan() {
	p.enums()
	var pairs []*pair
	for _, model := range p.Tables {
		name := p.nameOf(model)
		t := &pair{want: p.want.Table(name), model: model, retyped: map[string]bool{}, renamed: map[string]bool{}}
		p.renameTable(t)
		if t.live == nil {
			p.create(t)
			continue
		}
		if t.live.Kind != "r" && t.live.Kind != "p" {
			p.problem("%s: %s is no table", model.Message, t.live)
			continue
		}
		p.renameColumns(t)
		pairs = append(pairs, t)
	}
	for _, t := range pairs {
		p.renameParts(t)
		p.renameSequences(t)
		p.findRetyped(t)
	}
	for _, t := range pairs {
		p.clear(t, pairs)
	}
	for _, t := range pairs {
		p.columns(t)
		p.indexes(t)
		p.constraints(t)
		p.comments(t)
		p.drops(t)
	}
}

func (p *planner) nameOf(t *schema.Table) catalog.Name { return p.name(t.Schema, t.TableInfo.Name) }

// name is that of a table in the catalogs.
func (p *planner) name(schema, table string) catalog.Name {
	if schema == p.current {
		schema = ""
	}
	return catalog.Name{Schema: schema, Name: table}
}

func (p *planner) problem(format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf(format, args...))
}

func (p *planner) keep(format string, args ...any) {
	p.kept = append(p.kept, fmt.Sprintf(format, args...))
}

func (p *planner) add(phase Phase, s Step) {
	s.Phase = phase
	p.steps = append(p.steps, s)
}
