/// Whether a transaction agrees with itself.
extension HistoryIndex {
    /// What a transaction knows of a key.
    private struct Known {
        /// What it read last; nil if it has not read it.
        var read: [Datum]?
        /// What it wrote after that.
        var written: [Datum] = []
    }

    func checkInside(_ transaction: Transaction, _ index: Int, _ findings: inout Findings) {
        guard transaction.operations.count > 1 else { return }
        var known: [Int: Known] = [:]
        var isInternal = true
        for operation in transaction.operations {
            let before = known[operation.key]
            switch operation {
            case .write(let key, let value): known[key] = Known(read: [value])
            case .append(let key, let value): known[key, default: Known()].written.append(value)
            case .read(let key, let values?):
                if let before, isInternal, !HistoryIndex.fits(values, before) {
                    // One of them says enough.
                    isInternal = false
                    findings.add(.internal, [index], HistoryIndex.contradiction(key, values, before))
                }
                known[key] = Known(read: values)
            case .read: break
            }
        }
        checkFuture(transaction, index, &findings)
    }

    private static func fits(_ values: [Datum], _ known: Known) -> Bool {
        if let read = known.read { return values == read + known.written }
        return values.suffix(known.written.count) == known.written[...]
    }

    private static func contradiction(_ key: Int, _ values: [Datum], _ known: Known) -> String {
        let expected =
            known.read.map { Words.list($0 + known.written) }
            ?? "a list that ends with \(Words.list(known.written))"
        return
            "T1 read \(Words.list(values)) of key \(key), where by its own reads and writes it had to read "
            + expected
    }

    /// Looks for reads of what the transaction writes later.
    private func checkFuture(_ transaction: Transaction, _ index: Int, _ findings: inout Findings) {
        // Where it writes each value of each key.
        var places: [Int: [Datum: Int]] = [:]
        for (place, operation) in transaction.operations.enumerated() {
            if let value = operation.written { places[operation.key, default: [:]][value] = place }
        }
        guard !places.isEmpty else { return }
        for (place, operation) in transaction.operations.enumerated() {
            guard let seen = operation.seen, let own = places[operation.key] else { continue }
            guard let value = seen.first(where: { own[$0].map { $0 > place } ?? false }) else { continue }
            findings.add(.futureRead, [index], "T1 read \(value) of key \(operation.key) before it wrote it")
            return
        }
    }
}
