import KeyValue

/// The fields of a client's operation, which names them itself.
extension Fields: OperationSource {
    func value(_ name: String) throws(Malformed) -> JSONValue {
        try value(FieldName(stringValue: name))
    }

    func flag(_ name: String) throws(Malformed) -> Bool {
        try flagIfPresent(FieldName(stringValue: name))
    }

    func operation(_ kind: ClientOperation.Kind) throws(Malformed) -> Input {
        var fields = self
        let operation = try ClientOperation(kind, from: &fields)
        return .request(ClientRequest(client: source, messageID: messageID, operation))
    }

    func order(_ request: OperatorRequest) -> Input {
        .request(ClientRequest(client: source, messageID: messageID, request))
    }
}

extension MessageWriter {
    mutating func fields(of update: Update) {
        let fields = update.fields
        field("type", update.kind.rawValue)
        for (name, value) in fields.values { field(FieldName(stringValue: name), value) }
        if let flag = fields.flag, flag.isSet { field(FieldName(stringValue: flag.name), true) }
    }
}
