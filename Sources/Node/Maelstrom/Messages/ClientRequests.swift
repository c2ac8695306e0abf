import Consensus
import KeyValue

enum ReadRequest: Message {
    static let name = "read"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(.query(.read(key: try fields.value("key"))))
    }
}

enum WriteRequest: Message {
    static let name = "write"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(.update(.write(key: try fields.value("key"), value: try fields.value("value"))))
    }
}

enum CasRequest: Message {
    static let name = "cas"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(
            .update(
                .cas(
                    key: try fields.value("key"), from: try fields.value("from"), to: try fields.value("to"),
                    createIfNotExists: try fields.optional("create_if_not_exists", .flag) ?? false)))
    }
}

enum ChangeMembershipRequest: Message {
    static let name = "change_membership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        let voters = try fields.required("members", .strings("an array of ids of members"))
        if voters.isEmpty { throw Malformed(text: "members must name at least one member") }
        if let stranger = voters.first(where: { !fields.members.holds($0) }) {
            let members = fields.members.joined(separator: " ")
            throw Malformed(text: "members must be among \(members); \(stranger) is not")
        }
        return fields.request(.changeMembership(voters))
    }
}

enum TransferLeadershipRequest: Message {
    static let name = "transfer_leadership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.request(.transferLeadership(to: try fields.required("target", .string("the id of a voter"))))
    }
}

extension Fields {
    func request(_ subject: ClientRequest.Subject) -> Input {
        .request(ClientRequest(client: source, messageID: messageID, subject))
    }
}

/// What the log says of an update, under the names of its request.
extension MessageWriter {
    mutating func fields(of update: Update) {
        switch update {
        case .write(let key, let value):
            field("type", WriteRequest.name)
            field("key", key)
            field("value", value)
        case .cas(let key, let from, let to, let createIfNotExists):
            field("type", CasRequest.name)
            field("key", key)
            field("from", from)
            field("to", to)
            if createIfNotExists { field("create_if_not_exists", true) }
        case .transaction(let transaction):
            field("type", TxnRequest.name)
            field("txn", transaction.json())
        }
    }
}
