import XCTest

@testable import Consensus

extension Cluster {
    /// Asks a leader to make `voters` the membership.
    @discardableResult
    func change(_ id: NodeID, to voters: [NodeID], _ name: String = "c1 1") -> ChangeProposalResult {
        with(id) { $0.changeMembership(to: voters, change: name) }
    }

    /// Makes `voters` the membership, undisturbed.
    func complete(_ id: NodeID, to voters: [NodeID], _ name: String = "c1 1") {
        XCTAssertEqual(change(id, to: voters, name), .underWay)
        settle()
        XCTAssertEqual(self[id].membership, Membership(voters: voters, change: name))
    }

    /// How far the change to the membership in force has come.
    func hasCommittedMembership(_ id: NodeID) -> Bool {
        !self[id].membership.isJoint && self[id].membershipIndex <= self[id].commitIndex
    }

    /// Loses every append that holds a membership, joint or not as `isLost` says.
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

    /// Whether it brings commands.
    var bringsCommands: Bool {
        append?.entries.contains { if case .command = $0.payload { true } else { false } } ?? false
    }
}
