import KeyValue

enum TransferLeadershipRequest: Message {
    static let name = "transfer_leadership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        fields.order(.transferLeadership(to: try fields.required("target", .string("the id of a voter"))))
    }
}
