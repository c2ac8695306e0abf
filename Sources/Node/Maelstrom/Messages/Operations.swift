import KeyValue

enum ReadRequest: Message {
    static let name = "read"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(.read(key: try fields.value("key")))
    }
}

enum WriteRequest: Message {
    static let name = "write"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(.write(key: try fields.value("key"), value: try fields.value("value")))
    }
}

enum CasRequest: Message {
    static let name = "cas"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(
            .cas(
                key: try fields.value("key"), from: try fields.value("from"), to: try fields.value("to"),
                createIfNotExists: try fields.flagIfPresent("create_if_not_exists")))
    }
}

extension Fields {
    func request(_ operation: KeyValue.Operation) -> Input {
        .request(ClientRequest(client: source, messageID: messageID, operation))
    }
}
