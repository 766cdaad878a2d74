package crudtest

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// checkTimeout bounds one check, so that a store that hangs fails it.
const checkTimeout = time.Minute

// A storeCheck is one demand on a store.
type storeCheck[M proto.Message, K comparable] struct {
	name string
	run  func(*storeTest[M, K])
}

// A storeTest is one check at work. It is the check's testing.TB.
type storeTest[M proto.Message, K comparable] struct {
	testing.TB
	suite  StoreSuite[M, K]
	model  model
	fields []string // that the check may update
	store  crud.Store[M, K]
	ctx    context.Context
	// outside is a context without a tenant.
	outside context.Context
}

// checks returns the demands on a store of this model.
func (s StoreSuite[M, K]) checks() []storeCheck[M, K] {
	type test = storeTest[M, K]
	m := newModel(s.Table.Info())
	all := []storeCheck[M, K]{
		{"Create/ReturnsWhatIsStored", (*test).createReturnsWhatIsStored},
		{"Create/LeavesItsArgument", (*test).createLeavesItsArgument},
		{"Create/ReturnsACopy", (*test).createReturnsACopy},
		{"Create/RefusesATakenKey", (*test).createRefusesATakenKey},
		{"Get/MissingIsNotFound", (*test).getMissingIsNotFound},
		{"Get/ReturnsACopy", (*test).getReturnsACopy},
		{"Update/MissingIsNotFound", (*test).updateMissingIsNotFound},
		{"Update/RefusesBadMasks", (*test).updateRefusesBadMasks},
		{"Update/IgnoresTheKey", (*test).updateIgnoresTheKey},
		{"Delete/Removes", (*test).deleteRemoves},
		{"Delete/MissingIsNotFound", (*test).deleteMissingIsNotFound},
		{"List/EmptyIsEmpty", (*test).listEmptyIsEmpty},
		{"List/ReturnsCopiesOfWhatIsStored", (*test).listReturnsCopies},
		{"List/IsInKeyOrder", (*test).listIsInKeyOrder},
		{"List/PagesHoldEveryRowOnce", (*test).pagesHoldEveryRowOnce},
		{"List/PagesMayChangeSize", (*test).pagesMayChangeSize},
		{"List/PagesSurviveWrites", (*test).pagesSurviveWrites},
		{"List/HasDefaultAndMaximum", (*test).listHasDefaultAndMaximum},
		{"List/RefusesNegativeSize", (*test).listRefusesNegativeSize},
		{"List/RefusesForeignTokens", (*test).listRefusesForeignTokens},
		{"All/YieldsEveryRow", (*test).allYieldsEveryRow},
		{"All/EmptyIsEmpty", (*test).allEmptyIsEmpty},
		{"All/StopsAtBreak", (*test).allStopsAtBreak},
		{"All/StopsAtPageSize", (*test).allStopsAtPageSize},
		{"All/RefusesTokensAndNegativeSize", (*test).allRefusesTokensAndNegativeSize},
		{"Concurrency/CreatesAreKept", (*test).concurrentCreatesAreKept},
		{"Context/Cancelled", (*test).cancelledIsCancelled},
		{"Context/DeadlineExceeded", (*test).lateIsDeadlineExceeded},
	}
	all = append(all, s.checksOfFields(m)...)
	all = append(all, s.checksOfKeys(m)...)
	all = append(all, s.checksOfParents(m)...)
	all = append(all, s.checksOfBatches(m)...)
	if s.Tenant != nil {
		all = append(all, []storeCheck[M, K]{
			{"Tenants/SeeTheirOwn", (*test).tenantsSeeTheirOwn},
			{"Tenants/ChangeTheirOwn", (*test).tenantsChangeTheirOwn},
			{"Tenants/MayAgree", (*test).tenantsMayAgree},
			{"Tenants/HaveTheirOwnTokens", (*test).tenantsHaveTheirOwnTokens},
			{"Tenants/NoneIsRefused", (*test).noTenantIsRefused},
		}...)
	}
	return all
}

// checksOfFields are those that need fields which Update can write.
func (s StoreSuite[M, K]) checksOfFields(m model) (all []storeCheck[M, K]) {
	type test = storeTest[M, K]
	if len(m.writable) > 0 {
		all = append(all, []storeCheck[M, K]{
			{"Update/WritesTheMask", (*test).updateWritesTheMask},
			{"Update/NilMaskWritesWhatIsSet", (*test).updateNilMaskWritesWhatIsSet},
			{"Update/StarWritesEverything", (*test).updateStarWritesEverything},
			{"Update/LeavesOthers", (*test).updateLeavesOthers},
			{"Update/LeavesItsArguments", (*test).updateLeavesItsArguments},
			{"Update/ReturnsACopy", (*test).updateReturnsACopy},
		}...)
	}
	if len(m.differing(s.New(0), s.New(1))) > 1 {
		all = append(all, storeCheck[M, K]{"Concurrency/UpdatesOfDifferentFieldsAreKept", (*test).concurrentUpdatesAreKept})
	}
	if len(m.unique) > 0 {
		all = append(all,
			storeCheck[M, K]{"Create/RefusesATakenValue", (*test).createRefusesATakenValue},
			storeCheck[M, K]{"Update/RefusesATakenValue", (*test).updateRefusesATakenValue})
	}
	if m.createTime != "" || m.updateTime != "" {
		all = append(all, storeCheck[M, K]{"Create/SetsTheTimes", (*test).createSetsTheTimes})
	}
	if m.updateTime != "" {
		all = append(all, storeCheck[M, K]{"Update/MovesTheTime", (*test).updateMovesTheTime})
	}
	return all
}

// checksOfKeys depend on who makes the keys.
func (s StoreSuite[M, K]) checksOfKeys(m model) []storeCheck[M, K] {
	type test = storeTest[M, K]
	if m.generated {
		return []storeCheck[M, K]{{"Create/MakesKeys", (*test).createMakesKeys}}
	}
	return []storeCheck[M, K]{
		{"Create/KeepsTheKey", (*test).createKeepsTheKey},
		{"Delete/FreesTheKey", (*test).deleteFreesTheKey},
		{"Concurrency/OneCreateOfAKeyWins", (*test).oneCreateOfAKeyWins},
	}
}

func (s StoreSuite[M, K]) checksOfParents(m model) []storeCheck[M, K] {
	type test = storeTest[M, K]
	if m.info.Parent == nil {
		return []storeCheck[M, K]{{"List/RefusesAParent", (*test).listRefusesAParent}}
	}
	all := []storeCheck[M, K]{
		{"Parent/BoundsLists", (*test).parentBoundsLists},
		{"Parent/BoundsTokens", (*test).parentBoundsTokens},
		{"Parent/RefusesMalformed", (*test).parentRefusesMalformed},
	}
	if m.info.Parent.Check {
		all = append(all, storeCheck[M, K]{"Parent/MissingIsNotFound", (*test).missingParentIsNotFound})
	}
	return all
}
