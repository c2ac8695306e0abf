import Linearizability
import Serializability

/// What a run is judged by: a history, in the form that the checker of its workload takes.
enum Evidence: Sendable {
    case registers(RunHistory)
    case transactions(TransactionHistory, [ConsistencyModel])
}

extension Recorder {
    func evidence(_ options: Options) -> Evidence {
        options.workload.isTransactional
            ? .transactions(transactions, options.consistencyModels) : .registers(history)
    }
}
