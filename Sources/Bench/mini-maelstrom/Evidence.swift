import Linearizability
import Serializability

/// What a run is judged by: a history, in the form that the checker of its workload takes.
enum Evidence: Sendable {
    case registers(RunHistory)
    case transactions(TransactionHistory, [ConsistencyModel])
}

extension Evidence {
    /// How the operations of each kind ended; without those that never did.
    var byKind: [Request.Kind: Counts] {
        var counts: [Request.Kind: Counts] = [:]
        func add(_ kind: Request.Kind, _ ending: Ending?) {
            if let ending { counts[kind, default: Counts()].add(ending) }
        }
        switch self {
        case .registers(let history):
            for event in history.events {
                let ending: Ending? =
                    switch event.kind {
                    case .invoke: nil
                    case .ok: .ok
                    case .fail: .fail
                    case .info: .info
                    }
                switch event.action {
                case .read: add(.read, ending)
                case .write: add(.write, ending)
                case .compareAndSet: add(.cas, ending)
                }
            }
        case .transactions(let history, _):
            for event in history.events {
                switch event.kind {
                case .invoke: break
                case .ok: add(.txn, .ok)
                case .fail: add(.txn, .fail)
                case .info: add(.txn, .info)
                }
            }
        }
        return counts
    }
}

extension Recorder {
    func evidence(_ options: Options) -> Evidence {
        options.workload.isTransactional
            ? .transactions(transactions, options.consistencyModels) : .registers(history)
    }
}
