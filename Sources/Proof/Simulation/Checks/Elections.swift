import Consensus

/// The leader of each term and the votes of each member, over the whole run and all restarts.
struct Elections {
    private var leaders: [Term: Int] = [:]
    /// By member.
    private var votes: [[Term: NodeID]]

    init(members: Int) {
        votes = Array(repeating: [:], count: members)
    }

    /// Forgets the votes of a member whose disk was lost.
    mutating func forgetVotes(of member: Int) {
        votes[member] = [:]
    }

    var highestTerm: Term { leaders.keys.max() ?? 0 }

    func hasLed(_ member: Int) -> Bool { leaders.values.contains(member) }

    /// Records that `member` leads `term`.
    mutating func recordLeader(_ member: Int, term: Term) throws {
        guard let known = leaders.updateValue(member, forKey: term), known != member else { return }
        throw Breach(.electionSafety, "both n\(known) and n\(member) lead term \(term)")
    }

    /// Records that `member` sent or stored its vote.
    mutating func recordVote(by member: Int, for candidate: NodeID, term: Term) throws {
        guard let known = votes[member].updateValue(candidate, forKey: term), known != candidate else {
            return
        }
        throw Breach(.oneVote, "n\(member) votes for \(known) and for \(candidate) in term \(term)")
    }
}

/// Every entry that was ever in a log. Two entries with the same index and term must be equal and follow entries of
/// the same term; by induction, all entries before them are equal too (Log Matching, §5.3).
struct Entries {
    private struct Known {
        var entry: Entry
        var previousTerm: Term
        var member: Int
    }

    /// The entries at each index, one per term.
    private var known: [[Known]] = []

    mutating func record(_ entry: Entry, at index: Index, after previousTerm: Term, in member: Int) throws {
        while known.count <= index { known.append([]) }
        if let other = known[index].first(where: { $0.entry.term == entry.term }) {
            guard other.entry == entry, other.previousTerm == previousTerm else {
                throw Breach(
                    .logMatching,
                    "entry \(index) of term \(entry.term) differs between n\(other.member) and n\(member),"
                        + " or what it follows does (terms \(other.previousTerm) and \(previousTerm))")
            }
        } else {
            known[index].append(Known(entry: entry, previousTerm: previousTerm, member: member))
        }
    }
}
