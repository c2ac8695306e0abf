import Consensus

extension ClientReply.Body {
    /// How a client is told of an outcome, also of one that was remembered.
    init(_ outcome: OperationResult, of operation: Operation) {
        self =
            switch (outcome, operation) {
            case (.written, _): .writeOK
            case (.swapped, _): .casOK
            case (.noSuchKey, .read(let key)), (.noSuchKey, .write(let key, _)),
                (.noSuchKey, .cas(let key, _, _, _)):
                .noSuchKey(key)
            case (.differs, .cas(let key, let from, _, _)):
                .error(.preconditionFailed, "the current value of \(key) is not \(from)")
            case (.differs, _):
                .error(.preconditionFailed, "the current value was not what the cas expected")
            case (.membershipChanged, .changeMembership(let members)):
                .changeMembershipOK(Membership(voters: members).voters)
            case (.changeBusy, _):
                .error(.abort, "another change of membership is under way; nothing was changed")
            case (.changeBehind, _): .error(.abort, "a new voter does not catch up; nothing was changed")
            case (.noSuchKey, _), (.membershipChanged, _):
                // Two requests of one client, with one `msg_id`, and digests that are equal by chance.
                .error(.abort, "this msg_id was used for another request, which was carried out")
            }
    }

    static func noSuchKey(_ key: JSONValue) -> ClientReply.Body {
        .error(.keyDoesNotExist, "there is no key \(key)")
    }
}
