import XCTest

@testable import Consensus

extension Cluster {
    /// Asks a leader to change the membership to `voters`.
    @discardableResult
    func change(_ id: NodeID, to voters: [NodeID], _ name: String = "c1 1") -> ChangeProposalResult {
        with(id) { $0.changeMembership(to: voters, change: name) }
    }

    /// Changes the membership to `voters` without interference.
    func complete(_ id: NodeID, to voters: [NodeID], _ name: String = "c1 1") {
        XCTAssertEqual(change(id, to: voters, name), .underWay)
        settle()
        XCTAssertEqual(self[id].membership, Membership(voters: voters, change: name))
    }

    /// Whether the membership in force is final and committed.
    func hasCommittedMembership(_ id: NodeID) -> Bool {
        !self[id].membership.isJoint && self[id].membershipIndex <= self[id].commitIndex
    }

    /// Loses appends that hold a membership, joint or final as `isLost` decides.
    func loseMemberships(_ isLost: @escaping (Packet, Membership) -> Bool = { _, _ in true }) {
        firewall = { packet in !packet.memberships.contains { isLost(packet, $0) } }
    }
}

extension Packet {
    var memberships: [Membership] {
        (append?.entries ?? []).compactMap {
            if case .membership(let membership) = $0.payload { membership } else { nil }
        }
    }

    /// Whether the append holds commands.
    var bringsCommands: Bool {
        append?.entries.contains { if case .command = $0.payload { true } else { false } } ?? false
    }
}
