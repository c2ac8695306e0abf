import KeyValue

enum TransferLeadershipRequest: Message {
    static let name = "transfer_leadership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        .transferLeadership(
            to: try fields.string("target", "the id of a voter"), client: fields.source,
            messageID: fields.messageID)
    }
}
