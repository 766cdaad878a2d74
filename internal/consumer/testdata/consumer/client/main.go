// Command client drives StockService at the address that it is given, and prints
// what went wrong, if anything.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	apiv1 "example.com/consumer/gen/api/v1"
	inventoryv1 "example.com/consumer/gen/inventory/v1"
	stockv1 "example.com/consumer/gen/stock/v1"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	c := apiv1.NewStockServiceClient(conn)
	if err := plain(ctx, c); err != nil {
		log.Fatal("plain keys: ", err)
	}
	if err := named(ctx, c); err != nil {
		log.Fatal("resource names: ", err)
	}
	fmt.Println("ok")
}

// want returns an error unless err has the code.
func want(what string, err error, code codes.Code) error {
	if got := status.Code(err); got != code {
		return fmt.Errorf("%s: got %v, want %v: %w", what, got, code, err)
	}
	return nil
}

func plain(ctx context.Context, c apiv1.StockServiceClient) error {
	item, err := c.CreateItem(ctx, &apiv1.CreateItemRequest{Item: &inventoryv1.Item{Sku: "go-1", Name: "bolt", Price: 0.5, Tags: []string{"steel"}}})
	if err != nil {
		return err
	}
	if item.GetId() == 0 || item.GetCreateTime() == nil || item.Weight != nil {
		return fmt.Errorf("created %v", item)
	}
	_, err = c.CreateItem(ctx, &apiv1.CreateItemRequest{Item: &inventoryv1.Item{Sku: "go-1", Name: "nut"}})
	if err := want("second go-1", err, codes.AlreadyExists); err != nil {
		return err
	}
	item.Price, item.Name = 0.75, "ignored"
	updated, err := c.UpdateItem(ctx, &apiv1.UpdateItemRequest{Item: item, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"price"}}})
	if err != nil {
		return err
	}
	got, err := c.GetItem(ctx, &apiv1.GetItemRequest{Id: item.GetId()})
	if err != nil {
		return err
	}
	if updated.GetPrice() != 0.75 || got.GetPrice() != 0.75 || got.GetName() != "bolt" {
		return fmt.Errorf("updated to %v, got %v", updated, got)
	}
	page, err := c.ListItems(ctx, &apiv1.ListItemsRequest{})
	if err != nil {
		return err
	}
	if len(page.GetItems()) == 0 || page.GetNextPageToken() != "" {
		return fmt.Errorf("listed %v", page)
	}
	if _, err := c.DeleteItem(ctx, &apiv1.DeleteItemRequest{Id: item.GetId()}); err != nil {
		return err
	}
	_, err = c.GetItem(ctx, &apiv1.GetItemRequest{Id: item.GetId()})
	return want("deleted item", err, codes.NotFound)
}

func named(ctx context.Context, c apiv1.StockServiceClient) error {
	_, err := c.CreateBin(ctx, &apiv1.CreateBinRequest{Parent: "warehouses/none", BinId: "b", Bin: &stockv1.Bin{}})
	if err := want("bin without a warehouse", err, codes.NotFound); err != nil {
		return err
	}
	w, err := c.CreateWarehouse(ctx, &apiv1.CreateWarehouseRequest{WarehouseId: "go-north", Warehouse: &inventoryv1.Warehouse{City: "Akureyri"}})
	if err != nil {
		return err
	}
	for i := range 3 {
		if _, err := c.CreateBin(ctx, &apiv1.CreateBinRequest{Parent: w.GetName(), BinId: fmt.Sprintf("b%d", i), Bin: &stockv1.Bin{Amount: uint32(i)}}); err != nil {
			return err
		}
	}
	missing := int64(1 << 40)
	_, err = c.UpdateBin(ctx, &apiv1.UpdateBinRequest{Bin: &stockv1.Bin{Name: w.GetName() + "/bins/b1", ItemId: &missing}})
	if err := want("bin of no item", err, codes.FailedPrecondition); err != nil {
		return err
	}
	var seen []string
	for token := ""; ; {
		page, err := c.ListBins(ctx, &apiv1.ListBinsRequest{Parent: w.GetName(), PageSize: 2, PageToken: token})
		if err != nil {
			return err
		}
		for _, b := range page.GetBins() {
			seen = append(seen, b.GetName())
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(seen) != 3 || seen[0] != "warehouses/go-north/bins/b0" {
		return fmt.Errorf("walked %v", seen)
	}
	if _, err := c.DeleteBin(ctx, &apiv1.DeleteBinRequest{Name: seen[0]}); err != nil {
		return err
	}
	_, err = c.GetBin(ctx, &apiv1.GetBinRequest{Name: seen[0]})
	if err := want("deleted bin", err, codes.NotFound); err != nil {
		return err
	}
	_, err = c.CountBins(ctx, &apiv1.CountBinsRequest{})
	return want("custom method", err, codes.Unimplemented)
}
