/// What a history says of one key.
struct KeyIndex {
    struct Write {
        var value: Datum
        var transaction: Int
        /// Its place among all writes of the key, in order of invocation.
        var number: Int
        /// Whether its transaction writes the key no more.
        var isFinal = true
        /// Its place in the order of versions; nil where no read shows it.
        var place: Int?
    }

    struct Read {
        var transaction: Int
        /// Its index in the transaction.
        var operation: Int
        /// The number of elements in the order of versions up to the last one that it saw: 0 for the initial state. Nil
        /// where it saw what is not in that order.
        var version: Int?
    }

    let name: Int
    var isList = false
    var isRegister = false
    /// In order of invocation, also those of failed transactions.
    private(set) var writes: [Write] = []
    private var number: [Datum: Int] = [:]
    /// What committed transactions read, in order.
    var reads: [Read] = []
    /// Of a list: the longest value that was read, as the order of its versions.
    private(set) var order: [Datum] = []
    private(set) var longest: Read?

    init(name: Int) { self.name = name }

    /// - Returns: whether the value is new.
    mutating func write(_ value: Datum, by transaction: Int) -> Bool {
        guard number.updateValue(writes.count, forKey: value) == nil else { return false }
        if let last = writes.indices.last, writes[last].transaction == transaction {
            writes[last].isFinal = false
        }
        writes.append(Write(value: value, transaction: transaction, number: writes.count))
        return true
    }

    mutating func read(_ values: [Datum], _ read: Read) {
        reads.append(read)
        if values.count > order.count { (order, longest) = (values, read) }
    }

    func write(of value: Datum) -> Write? { number[value].map { writes[$0] } }

    /// Gives each write its place, once all reads are there.
    mutating func placeWrites() {
        for (place, value) in order.enumerated() {
            if let index = number[value], writes[index].place == nil { writes[index].place = place }
        }
    }
}

/// A history by keys.
struct HistoryIndex {
    let transactions: [Transaction]
    private(set) var keys: [KeyIndex] = []
    private var number: [Int: Int] = [:]

    /// - Throws: `TransactionHistoryError`.
    init(_ transactions: [Transaction]) throws(TransactionHistoryError) {
        self.transactions = transactions
        for (index, transaction) in transactions.enumerated() {
            for (position, operation) in transaction.operations.enumerated() {
                let key = number(of: operation.key)
                switch operation {
                case .read(_, let values):
                    guard transaction.outcome == .committed, let values else { continue }
                    keys[key].read(values, KeyIndex.Read(transaction: index, operation: position))
                case .write: keys[key].isRegister = true
                case .append: keys[key].isList = true
                }
                if let value = operation.written, !keys[key].write(value, by: index) {
                    throw .writtenTwice(key: operation.key, value: value)
                }
            }
        }
        for key in keys.indices {
            if keys[key].isList, keys[key].isRegister { throw .listAndRegister(key: keys[key].name) }
            if !keys[key].isRegister { placeVersions(key) }
        }
    }

    /// The index of a key in `keys`.
    func key(_ name: Int) -> Int? { number[name] }

    /// What a read saw.
    func values(_ read: KeyIndex.Read) -> [Datum] {
        transactions[read.transaction].operations[read.operation].seen ?? []
    }

    /// Whether a write may have happened.
    func isPossible(_ write: KeyIndex.Write) -> Bool {
        transactions[write.transaction].outcome != .failed
    }

    private mutating func number(of key: Int) -> Int {
        if let known = number[key] { return known }
        number[key] = keys.count
        keys.append(KeyIndex(name: key))
        return keys.count - 1
    }

    private mutating func placeVersions(_ key: Int) {
        keys[key].placeWrites()
        for index in keys[key].reads.indices {
            let values = values(keys[key].reads[index])
            keys[key].reads[index].version =
                if keys[key].order.starts(with: values) { values.count } else {
                    values.last.flatMap { keys[key].write(of: $0)?.place }.map { $0 + 1 }
                }
        }
    }
}

extension HistoryIndex {
    /// What a committed transaction read of a key before it wrote it.
    struct ExternalRead {
        var transaction: Int
        /// The index in `keys`.
        var key: Int
        var values: [Datum]
        /// Whether the transaction writes the key afterwards.
        var isReplaced: Bool
    }

    /// All of them, by transaction.
    func externalReads() -> [ExternalRead] {
        var result: [ExternalRead] = []
        // The last transaction that touched each key, and the last that wrote it.
        var touched = Array(repeating: -1, count: keys.count)
        var wrote = touched
        for (index, transaction) in transactions.enumerated() where transaction.outcome == .committed {
            let first = result.count
            for operation in transaction.operations {
                guard let key = number[operation.key] else { continue }
                if operation.written != nil { wrote[key] = index }
                if touched[key] != index, let values = operation.seen {
                    result.append(
                        ExternalRead(transaction: index, key: key, values: values, isReplaced: false))
                }
                touched[key] = index
            }
            for read in first..<result.count where wrote[result[read].key] == index {
                result[read].isReplaced = true
            }
        }
        return result
    }
}
