extension Store {
    mutating func carryOut(_ transaction: Transaction) -> OperationResult {
        if let position = positionOfImpossibleAppend(in: transaction) { return .noList(at: position) }
        var reads: [StoredValue] = []
        for operation in transaction.operations {
            switch operation {
            case .read(let key): reads.append(value(of: key) ?? StoredValue(.null))
            case .write(let key, let value): self[key] = value
            case .append(let key, let element): append(element, to: key)
            }
        }
        return .transacted(reads: reads)
    }

    /// The first micro-operation that would append to what is no list by then. It is looked for before anything is
    /// changed, so that there is nothing to undo.
    private func positionOfImpossibleAppend(in transaction: Transaction) -> Int? {
        /// Whether keys hold lists, of those that the transaction itself has changed.
        var isList: [JSONValue: Bool] = [:]
        for (position, operation) in transaction.operations.enumerated() {
            switch operation {
            case .read: break
            case .write(let key, let value): isList[key] = StoredValue(value).isList
            case .append(let key, _):
                guard isList[key] ?? value(of: key)?.isList ?? true else { return position }
                isList[key] = true
            }
        }
        return nil
    }
}
