/// The anomalies that show without a graph.
extension HistoryIndex {
    func addDirectAnomalies(to findings: inout Findings) {
        for key in keys {
            if key.isRegister {
                checkRegister(key, &findings)
            } else {
                checkList(key, &findings)
                checkUpdates(key, &findings)
            }
        }
        checkLostUpdates(&findings)
        for (index, transaction) in transactions.enumerated() where transaction.outcome == .committed {
            checkInside(transaction, index, &findings)
        }
    }

    private func checkRegister(_ key: KeyIndex, _ findings: inout Findings) {
        for read in key.reads {
            let seen = values(read)
            guard let value = seen.first else { continue }
            guard seen.count == 1, let write = key.write(of: value) else {
                findings.add(
                    .garbageRead, [read.transaction],
                    "T1 read \(Words.list(seen)) of key \(key.name), which nobody wrote")
                continue
            }
            checkWriter(write, of: read, key, &findings)
        }
    }

    private func checkList(_ key: KeyIndex, _ findings: inout Findings) {
        let failed = key.order.firstIndex { key.write(of: $0).map { !isPossible($0) } ?? false }
        if let longest = key.longest { checkElements(key.order, of: longest, key, &findings) }
        for read in key.reads {
            let seen = values(read)
            if key.order.starts(with: seen) {
                if let failed, failed < seen.count, let write = key.write(of: key.order[failed]) {
                    addAborted(write, read, key, &findings)
                }
            } else if let longest = key.longest {
                findings.add(
                    .incompatibleOrder, Words.distinct([longest.transaction, read.transaction]),
                    Words.contradiction(key, longest, key.order, read, seen))
                checkElements(seen, of: read, key, &findings)
                for write in seen.compactMap(key.write(of:)) where !isPossible(write) {
                    addAborted(write, read, key, &findings)
                }
            }
            // A list ends with what its last writer appended last.
            if let write = seen.last.flatMap(key.write(of:)), !write.isFinal {
                addIntermediate(write, read, key, &findings)
            }
        }
    }

    /// Looks for elements that are there twice, or that nobody appended.
    private func checkElements(
        _ seen: [Datum], of read: KeyIndex.Read, _ key: KeyIndex, _ findings: inout Findings
    ) {
        var known: Set<Datum> = []
        for value in seen {
            if !known.insert(value).inserted {
                findings.add(
                    .duplicateElements, [read.transaction],
                    "T1 read \(Words.list(seen)) of key \(key.name), with \(value) in it twice")
            } else if key.write(of: value) == nil {
                findings.add(
                    .garbageRead, [read.transaction],
                    "T1 read \(Words.list(seen)) of key \(key.name), and nobody appended \(value)")
            }
        }
    }

    private func checkWriter(
        _ write: KeyIndex.Write, of read: KeyIndex.Read, _ key: KeyIndex, _ findings: inout Findings
    ) {
        if !isPossible(write) { addAborted(write, read, key, &findings) }
        if !write.isFinal { addIntermediate(write, read, key, &findings) }
    }

    private func addAborted(
        _ write: KeyIndex.Write, _ read: KeyIndex.Read, _ key: KeyIndex, _ findings: inout Findings
    ) {
        findings.add(
            .g1a, [write.transaction, read.transaction],
            "T2 read \(Words.list(values(read))) of key \(key.name), and T1, which "
                + "\(Words.wrote(key)) \(write.value), failed")
    }

    private func addIntermediate(
        _ write: KeyIndex.Write, _ read: KeyIndex.Read, _ key: KeyIndex, _ findings: inout Findings
    ) {
        guard write.transaction != read.transaction else { return }
        findings.add(
            .g1b, [write.transaction, read.transaction],
            "T2 read \(Words.list(values(read))) of key \(key.name), and T1 went on to "
                + "\(key.isList ? "append more" : "replace it") after \(write.value)")
    }

    /// Looks for committed elements right after failed ones in the order of versions, and for transactions whose
    /// elements stand in another order than they were appended.
    private func checkUpdates(_ key: KeyIndex, _ findings: inout Findings) {
        var below: KeyIndex.Write?
        var latest: [Int: KeyIndex.Write] = [:]
        for write in key.order.compactMap(key.write(of:)) {
            if let other = latest.updateValue(write, forKey: write.transaction), other.number > write.number,
                let longest = key.longest
            {
                findings.add(
                    .incompatibleOrder, [longest.transaction, write.transaction],
                    "T1 read \(Words.list(key.order)) of key \(key.name), and T2 appended \(write.value) to it before "
                        + "\(other.value)")
            }
            switch transactions[write.transaction].outcome {
            case .unknown: continue
            case .failed: below = write
            case .committed:
                if let failed = below {
                    findings.add(
                        .dirtyUpdate, [failed.transaction, write.transaction],
                        "T2 appended \(write.value) to key \(key.name) after \(failed.value) of T1, which failed"
                    )
                }
                below = nil
            }
        }
    }

    /// Looks for versions that more than one transaction read, and replaced.
    private func checkLostUpdates(_ findings: inout Findings) {
        struct Version: Hashable {
            var key: Int
            var count: Int
            var last: Datum?
        }
        var groups: [Version: [ExternalRead]] = [:]
        var order: [Version] = []
        for read in externalReads() where read.isReplaced {
            let version = Version(key: read.key, count: read.values.count, last: read.values.last)
            if groups[version] == nil { order.append(version) }
            groups[version, default: []].append(read)
        }
        for version in order {
            guard let group = groups[version], group.count > 1 else { continue }
            let names = group.indices.prefix(4).map { "T\($0 + 1)" }
            let many = group.count > names.count ? ", and \(group.count - names.count) more," : ""
            findings.add(
                .lostUpdate, group.prefix(4).map(\.transaction),
                "\(Words.joined(names))\(many) read \(Words.seen(group[0].values, keys[version.key])) of key "
                    + "\(keys[version.key].name), and each \(Words.wrote(keys[version.key])) it")
        }
    }
}
