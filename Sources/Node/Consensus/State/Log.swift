/// A member's log (§5.3): what follows the last snapshot, or everything where there is none.
///
/// Terms never fall from one entry to the next, so a search by term halves its range.
package struct Log: Sendable {
    private var entries: [Entry] = []
    /// The bytes of all entries up to each of `entries`, so that a range's are known without a look at it.
    private var ends: [Int] = []
    private var baseEnd = 0
    /// How many of `entries` are dropped, and not yet removed from the array.
    private var forgotten = 0
    /// The last index within the snapshot, 0 without one, and its term (§7).
    package private(set) var lastIncludedIndex: Index
    package private(set) var lastIncludedTerm: Term

    package init(lastIncludedIndex: Index = 0, lastIncludedTerm: Term = 0, entries: [Entry] = []) {
        self.lastIncludedIndex = lastIncludedIndex
        self.lastIncludedTerm = lastIncludedTerm
        append(contentsOf: entries)
    }

    /// Where the entries begin; beyond `lastIndex` where there are none.
    package var firstIndex: Index { lastIncludedIndex + 1 }
    package var lastIndex: Index { lastIncludedIndex + entries.count - forgotten }
    /// The term of the last entry, or of the snapshot's last where there is none; 0 in a new log.
    package var lastTerm: Term {
        lastIndex == lastIncludedIndex ? lastIncludedTerm : entries[entries.count - 1].term
    }

    /// - Precondition: `firstIndex...lastIndex` contains `index`.
    package subscript(index: Index) -> Entry {
        entries[index - firstIndex + forgotten]
    }

    /// The entries of a range, which must lie within `firstIndex...lastIndex`.
    package subscript(range: ClosedRange<Index>) -> ArraySlice<Entry> {
        let start = range.lowerBound - firstIndex + forgotten
        return entries[start..<(start + range.count)]
    }

    /// The term at `index`, or nil where the log holds no such entry (any more).
    package func term(at index: Index) -> Term? {
        if index == lastIncludedIndex { return lastIncludedTerm }
        guard index > lastIncludedIndex, index <= lastIndex else { return nil }
        return self[index].term
    }

    /// Whether a log ending in `(lastTerm, lastIndex)` is at least as up-to-date as this one (§5.4.1): last
    /// term first, then length. Length alone would elect a leader that lacks committed entries.
    package func isUpToDate(lastTerm: Term, lastIndex: Index) -> Bool {
        (lastTerm, lastIndex) >= (self.lastTerm, self.lastIndex)
    }

    /// The bytes of the entries after `start` up to `end`.
    ///
    /// - Precondition: `lastIncludedIndex <= start <= end <= lastIndex`.
    package func bytes(after start: Index, upTo end: Index) -> Int {
        bytes(upTo: end) - bytes(upTo: start)
    }

    private func bytes(upTo index: Index) -> Int {
        index == lastIncludedIndex ? baseEnd : ends[index - firstIndex + forgotten]
    }

    package mutating func append(_ entry: Entry) {
        ends.append((ends.last ?? baseEnd) + entry.size)
        entries.append(entry)
    }

    package mutating func append(contentsOf new: some Collection<Entry>) {
        for entry in new { append(entry) }
    }

    /// Drops the entries up to `index`, which a snapshot replaces.
    ///
    /// They are removed from the array once they are as many as the rest, so that each entry is moved once at most.
    package mutating func forget(upTo index: Index) {
        guard index > lastIncludedIndex, let term = term(at: index) else { return }
        lastIncludedTerm = term
        baseEnd = bytes(upTo: index)
        forgotten += index - lastIncludedIndex
        lastIncludedIndex = index
        if forgotten * 2 >= entries.count {
            entries.removeFirst(forgotten)
            ends.removeFirst(forgotten)
            forgotten = 0
        }
    }

    /// Drops the entries from `index` on.
    package mutating func truncate(from index: Index) {
        let count = lastIndex - index + 1
        entries.removeLast(count)
        ends.removeLast(count)
    }

    /// The largest index at most `limit` whose term is at most `term`, not below `lastIncludedIndex`.
    package func lastIndex(withTermAtMost term: Term, notAfter limit: Index) -> Index {
        var low = lastIncludedIndex
        var high = min(limit, lastIndex)
        while low < high {
            let middle = low + (high - low + 1) / 2
            if self[middle].term <= term { low = middle } else { high = middle - 1 }
        }
        return max(low, lastIncludedIndex)
    }

    /// The last index below `previous` at which a follower's log may agree with this one, by the follower's hint.
    func agreement(_ hint: LogPosition?, below previous: Index) -> Index {
        // The hint may be at `previous` itself: then the follower's entry there is of an earlier term.
        guard let hint, hint.index <= previous else { return previous - 1 }
        // Nothing is known of entries within the snapshot: the follower needs the snapshot.
        guard hint.index > lastIncludedIndex else { return min(hint.index, previous - 1) }
        return min(lastIndex(withTermAtMost: hint.term, notAfter: hint.index), previous - 1)
    }

    /// How many entries from `index` on fit into `bytes`; at least one, where there is one, so that an entry
    /// larger than every limit still travels, alone.
    package func count(from index: Index, fitting bytes: Int) -> Int {
        var count = 0
        var total = 0
        while index + count <= lastIndex {
            total += self[index + count].size
            if count > 0, total > bytes { break }
            count += 1
        }
        return count
    }
}
