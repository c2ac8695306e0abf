import KeyValue

enum TransferLeadershipRequest: Message {
    static let name = "transfer_leadership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.order(.transferLeadership(to: try fields.string("target", "the id of a voter")))
    }
}
