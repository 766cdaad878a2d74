package allkinds_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A time to live is stored as the time at which the resource expires (AIP-214), and the
// server makes the uid (AIP-148).
func TestSession(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 600_000, time.UTC)
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.SessionTable))
		s := allkinds.NewSessionRepository(db, crud.WithClock(func() time.Time { return now }))
		ttl := func(d *durationpb.Duration) *allkinds.Session {
			return &allkinds.Session{Uid: "mine", Title: "S", Expiration: &allkinds.Session_Ttl{Ttl: d}}
		}
		m, err := crud.Create(t.Context(), allkinds.SessionTable, s, ttl(&durationpb.Duration{Seconds: 60, Nanos: 999_999_000}))
		require.NoError(t, err)
		assert.Equal(t, now.Add(time.Minute+999_999*time.Microsecond), m.GetExpireTime().AsTime())
		assert.Nil(t, m.GetTtl())
		id, err := uuid.Parse(m.GetUid())
		require.NoError(t, err)
		assert.EqualValues(t, 4, id.Version())

		for name, tried := range map[string]func(*allkinds.Session) (*allkinds.Session, error){
			"alone": func(m *allkinds.Session) (*allkinds.Session, error) {
				return crud.Create(t.Context(), allkinds.SessionTable, s, m, crud.ValidateOnly(true))
			},
			"in a batch": func(m *allkinds.Session) (*allkinds.Session, error) {
				all, err := crud.BatchCreate(t.Context(), allkinds.SessionTable, s, []*allkinds.Session{m}, crud.ValidateOnly(true))
				return append(all, nil)[0], err
			},
		} {
			got, err := tried(&allkinds.Session{Title: "S"})
			require.NoError(t, err, name)
			assert.Empty(t, got.GetUid(), "%s: nobody is to use an id that was not given out", name)
			assert.Zero(t, got.GetId(), name)
			assert.Equal(t, "S", got.GetTitle(), name)
		}

		for name, mask := range map[string][]string{"named": {"ttl"}, "implied": nil, "everything": {"*"}} {
			input := ttl(durationpb.New(time.Hour))
			input.Id = m.GetId()
			got, err := crud.Update(t.Context(), allkinds.SessionTable, s, input, &fieldmaskpb.FieldMask{Paths: mask})
			require.NoError(t, err, name)
			assert.Equal(t, now.Add(time.Hour), got.GetExpireTime().AsTime(), name)
			assert.Equal(t, m.GetUid(), got.GetUid(), name)
			reset := &allkinds.Session{Id: m.GetId(), Expiration: &allkinds.Session_ExpireTime{ExpireTime: timestamppb.New(now)}}
			got, err = crud.Update(t.Context(), allkinds.SessionTable, s, reset, &fieldmaskpb.FieldMask{Paths: []string{"expire_time"}})
			require.NoError(t, err, name)
			assert.Equal(t, now, got.GetExpireTime().AsTime(), name)
		}

		for _, d := range []*durationpb.Duration{{Seconds: -1}, {Nanos: -1}, {Seconds: 315576000001}, {Seconds: 315576000000}} {
			_, err := crud.Create(t.Context(), allkinds.SessionTable, s, ttl(d))
			assert.Equal(t, []string{"session.ttl"}, fields(err), d)
		}
	})
}
