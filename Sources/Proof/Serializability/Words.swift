/// Says of anomalies what happened, for people.
enum Words {
    /// How many elements of a list are shown.
    private static let most = 16

    static func list(_ values: [Datum]) -> String {
        let shown = values.suffix(most).map(\.description).joined(separator: " ")
        return values.count > most ? "[... \(shown)]" : "[\(shown)]"
    }

    /// What was read of a key.
    static func seen(_ values: [Datum], _ key: KeyIndex) -> String {
        guard key.isRegister else { return list(values) }
        return values.first?.description ?? "no value"
    }

    static func wrote(_ key: KeyIndex) -> String { key.isList ? "appended to" : "wrote" }

    static func joined(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    /// Without repetitions, in order.
    static func distinct(_ numbers: [Int]) -> [Int] {
        var known: Set<Int> = []
        return numbers.filter { known.insert($0).inserted }
    }

    static func contradiction(
        _ key: KeyIndex, _ longest: KeyIndex.Read, _ order: [Datum], _ read: KeyIndex.Read, _ seen: [Datum]
    ) -> String {
        let other = longest.transaction == read.transaction ? "it also read" : "T2 read"
        let missing = Set(order.prefix(seen.count)).subtracting(seen)
        let lost = order.first { missing.contains($0) }.map { ", where \($0) is missing" } ?? ""
        return "T1 read \(list(order)) of key \(key.name), and \(other) \(list(seen))\(lost)"
    }
}

extension HistoryIndex {
    /// Why one transaction must come before another.
    /// - Parameters:
    ///   - a: its name.
    ///   - b: the name of the other.
    func words(
        _ relation: Relation, key number: Int, from: Int, _ a: String, to: Int, _ b: String
    ) -> String {
        guard relation != .realtime, number >= 0 else { return "\(a) ended before \(b) began" }
        let key = keys[number]
        return key.isRegister
            ? registerWords(relation, key, from, a, to, b) : listWords(relation, key, from, a, to, b)
    }

    private func listWords(
        _ relation: Relation, _ key: KeyIndex, _ from: Int, _ a: String, _ to: Int, _ b: String
    ) -> String {
        let appended = writes(of: to, key)
        switch relation {
        case .readDependency:
            let read = reads(of: to, key).first { $0.last.map { writer(of: $0, key) == from } ?? false } ?? []
            return "\(b) read \(Words.list(read)) of key \(key.name), and \(a) appended its "
                + "\(read.last?.description ?? "end")"
        case .antiDependency:
            let (read, missing) = missed(reads(of: from, key), of: appended)
            return "\(a) read \(Words.list(read)) of key \(key.name), which misses "
                + "\(missing?.value.description ?? "something"), that \(b) appended"
        default:
            let before = writes(of: from, key).filter { $0.place != nil }
            for write in appended {
                let place = write.place ?? key.order.count
                guard let other = before.last(where: { ($0.place ?? place) < place }) else { continue }
                let distance = write.place == nil ? ", and nobody read it" : ""
                return
                    "\(b) appended \(write.value) to key \(key.name) after \(other.value) of \(a)\(distance)"
            }
            return "\(b) appended to key \(key.name) after \(a)"
        }
    }

    /// A read, and a write that it should have seen.
    private func missed(
        _ reads: [[Datum]], of writes: [KeyIndex.Write]
    ) -> (read: [Datum], missing: KeyIndex.Write?) {
        for read in reads {
            let missing = writes.first { !read.contains($0.value) }
            if missing != nil { return (read, missing) }
        }
        return (reads.first ?? [], nil)
    }

    private func registerWords(
        _ relation: Relation, _ key: KeyIndex, _ from: Int, _ a: String, _ to: Int, _ b: String
    ) -> String {
        let written = writes(of: to, key).last?.value.description ?? "another value"
        switch relation {
        case .readDependency:
            return "\(b) read \(seen(by: to, key)) of key \(key.name), which \(a) wrote"
        case .antiDependency:
            let read = seen(by: from, key)
            return "\(a) read \(read) of key \(key.name), "
                + (reads(of: from, key).first?.isEmpty == false
                    ? "which \(b) read as well, and replaced by \(written)"
                    : "to which \(b) wrote \(written)")
        default:
            return "\(b) read \(seen(by: to, key)) of key \(key.name), which \(a) wrote, and replaced it by "
                + written
        }
    }

    private func seen(by transaction: Int, _ key: KeyIndex) -> String {
        Words.seen(reads(of: transaction, key).first ?? [], key)
    }

    private func writer(of value: Datum, _ key: KeyIndex) -> Int? { key.write(of: value)?.transaction }

    private func writes(of transaction: Int, _ key: KeyIndex) -> [KeyIndex.Write] {
        transactions[transaction].operations.filter { $0.key == key.name }.compactMap(\.written)
            .compactMap(key.write(of:))
    }

    private func reads(of transaction: Int, _ key: KeyIndex) -> [[Datum]] {
        transactions[transaction].operations.filter { $0.key == key.name }.compactMap(\.seen)
    }
}
