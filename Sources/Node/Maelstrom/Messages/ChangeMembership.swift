import Consensus
import KeyValue

enum ChangeMembershipRequest: Message {
    static let name = "change_membership"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        let voters = try fields.required("members", .strings("an array of ids of members"))
        if voters.isEmpty { throw Malformed(text: "members must name at least one member") }
        if let stranger = voters.first(where: { !fields.members.holds($0) }) {
            let members = fields.members.joined(separator: " ")
            throw Malformed(text: "members must be among \(members); \(stranger) is not")
        }
        return fields.order(.changeMembership(voters))
    }
}
