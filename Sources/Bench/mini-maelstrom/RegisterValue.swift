import Serializability

/// A register's value. The workloads write integers, but a node may answer anything.
typealias RegisterValue = Datum
