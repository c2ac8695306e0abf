import Dispatch
import Synchronization

/// What `body` makes of each item, in the order of `items`. Several processors work at once. An assertion in `body` that
/// fails counts, but two that fail at the same moment may end the tests with a crash.
package func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @Sendable (Item) -> Value
) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: items.count))
    DispatchQueue.concurrentPerform(iterations: items.count) { position in
        let value = body(items[position])
        values.withLock { $0[position] = value }
    }
    return values.withLock { $0.compactMap(\.self) }
}
