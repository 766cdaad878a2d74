package crud

// Described returns a table that is its description and no more: for [CreateTables] and
// [CheckTables] where there is no generated code. The caller must not change info
// afterwards.
func Described(info *TableInfo) AnyTable { return describedTable{info} }

type describedTable struct{ info *TableInfo }

func (t describedTable) Info() *TableInfo  { return t.info }
func (t describedTable) hooksFit(any) bool { return false }

func (t describedTable) targets() []AnyTable { return nil }

func (t describedTable) hidesOwn() bool { return false }
