import Consensus
import KeyValue

/// What can happen next, and to whom.
package struct Action: Hashable, Sendable {
    package enum Input: Hashable, Sendable {
        case message(Packet)
        case deadline(Raft.Deadline)
        /// A client's command; they are numbered from 1.
        case command(Int)
        /// A client's read; they are numbered from 1.
        case read(Int)
        /// A client's operation, by its number from 1 on: the first time, or a copy.
        case operation(Int)
        /// So much time passes that whoever waits for an answer gets one.
        case patience
        /// An operator asks for these voters, by number.
        case change(voters: [Int])
        case transfer(to: Int)
        /// The member takes a snapshot of what it has applied.
        case snapshot
        /// It crashes between two turns, and starts again with what its disk holds.
        case crash
    }

    package var member: Int
    package var input: Input
    /// Where the turn breaks off because the member crashes, and starts again: 0 where it does not; 1 right before the
    /// first time that it stores something, when what may leave early has left; 2 right after it, when what had to wait
    /// has not left yet; 3 and 4 around the second time, and so on.
    package var crash = 0
    /// Whether the message is a leader's, and a newer one has arrived before it.
    package var isOvertaken = false
}

/// A message on its way.
package struct Packet: Hashable, Sendable {
    package var from: Int
    package var to: Int
    package var message: PeerMessage

    init(from: Int, to: Int, _ message: PeerMessage) {
        self.from = from
        self.to = to
        self.message = message
        // What was measured makes no timeout here, and would tell apart what is the same.
        if case .raft(var message) = message, case .appendEntries(var request) = message.body {
            request.roundTrip = nil
            request.link = nil
            message.body = .appendEntries(request)
            self.message = .raft(message)
        }
    }

    /// Whether a leader of `term` sent it, and so numbered it in the order of all that it sent.
    func isRequestOfLeader(in term: Term) -> Bool {
        guard let raft, raft.term == term else { return false }
        return switch raft.body {
        case .appendEntries, .installSnapshot, .timeoutNow: true
        default: false
        }
    }

    /// The message, where it is one of Raft.
    var raft: RaftMessage? { if case .raft(let message) = message { message } else { nil } }
}
