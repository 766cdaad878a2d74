"""Drives StockService with the reflected schema, as a client in another language does.

Usage: client.py ADDRESS
The schema comes from the server's reflection service, so that nothing is generated.
"""

import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

REFLECTION = """
name: "reflection.proto" package: "grpc.reflection.v1" syntax: "proto3"
message_type { name: "ServerReflectionRequest"
  field { name: "file_containing_symbol" number: 4 type: TYPE_STRING label: LABEL_OPTIONAL } }
message_type { name: "FileDescriptorResponse"
  field { name: "file_descriptor_proto" number: 1 type: TYPE_BYTES label: LABEL_REPEATED } }
message_type { name: "ServerReflectionResponse"
  field { name: "file_descriptor_response" number: 4 type: TYPE_MESSAGE label: LABEL_OPTIONAL
          type_name: ".grpc.reflection.v1.FileDescriptorResponse" } }
"""


def message_class(pool, name):
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(name))


def reflect(channel, symbol):
    """Returns a pool with the file of a symbol and all that it imports."""
    own = descriptor_pool.DescriptorPool()
    own.Add(text_format.Parse(REFLECTION, descriptor_pb2.FileDescriptorProto()))
    request = message_class(own, "grpc.reflection.v1.ServerReflectionRequest")
    response = message_class(own, "grpc.reflection.v1.ServerReflectionResponse")
    call = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )
    files = {}
    for answer in call(iter([request(file_containing_symbol=symbol)])):
        for raw in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(raw)
            files[file.name] = file
    pool = descriptor_pool.DescriptorPool()

    def add(name):
        file = files.pop(name, None)
        if file is not None:
            for dependency in file.dependency:
                add(dependency)
            pool.Add(file)

    for name in list(files):
        add(name)
    return pool


class Client:
    def __init__(self, channel):
        self.channel = channel
        self.pool = reflect(channel, "api.v1.StockService")
        self.service = self.pool.FindServiceByName("api.v1.StockService")

    def call(self, method, **fields):
        m = self.service.methods_by_name[method]
        request = message_class(self.pool, m.input_type.full_name)
        response = message_class(self.pool, m.output_type.full_name)
        invoke = self.channel.unary_unary(
            "/api.v1.StockService/" + method,
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )
        return invoke(request(**fields), timeout=30)

    def refused(self, code, method, **fields):
        try:
            answer = self.call(method, **fields)
        except grpc.RpcError as error:
            assert error.code() == code, (method, error.code(), error.details())
            return
        raise AssertionError("%s answered %s" % (method, answer))


def main(address):
    with grpc.insecure_channel(address) as channel:
        c = Client(channel)
        item = c.call("CreateItem", item={"sku": "py-1", "name": "washer", "price": 1.5, "tags": ["brass"]})
        assert item.id and item.HasField("create_time") and not item.HasField("weight"), item
        c.refused(grpc.StatusCode.INVALID_ARGUMENT, "CreateItem", item={"sku": "py-2"})
        c.refused(grpc.StatusCode.INVALID_ARGUMENT, "UpdateItem", item={"id": item.id}, update_mask={"paths": ["colour"]})
        updated = c.call("UpdateItem", item={"id": item.id, "weight": 0}, update_mask={"paths": ["weight"]})
        assert updated.HasField("weight") and updated.name == "washer", updated
        assert c.call("GetItem", id=item.id) == updated
        assert item.id in [i.id for i in c.call("ListItems").items]
        c.call("DeleteItem", id=item.id)
        c.refused(grpc.StatusCode.NOT_FOUND, "GetItem", id=item.id)

        warehouse = c.call("CreateWarehouse", warehouse_id="py-south", warehouse={"city": "Vík"})
        bin = c.call("CreateBin", parent=warehouse.name, bin_id="a", bin={"amount": 7})
        assert bin.name == "warehouses/py-south/bins/a" and bin.amount == 7, bin
        c.refused(grpc.StatusCode.INVALID_ARGUMENT, "GetBin", name="bins/a")
        c.refused(grpc.StatusCode.NOT_FOUND, "ListBins", parent="warehouses/none")
        assert [b.name for b in c.call("ListBins", parent=warehouse.name).bins] == [bin.name]
        c.call("DeleteBin", name=bin.name)
        c.refused(grpc.StatusCode.UNIMPLEMENTED, "CountBins")
    print("ok")


if __name__ == "__main__":
    main(sys.argv[1])
