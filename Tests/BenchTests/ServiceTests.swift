import XCTest

@testable import mini_maelstrom

/// The services that the bench provides answer as Maelstrom's do (its doc/services.md and service.clj).
final class ServiceTests: XCTestCase {
    /// The services of one run, which are asked with bodies as nodes write them.
    private struct Desk {
        var services: Services

        init(seed: UInt64 = 1) { services = Services(random: SeededRandom(seed: seed)) }

        /// - Returns: the body of the reply, with its fields in the order of their names.
        mutating func ask(_ body: String, _ service: Service, by node: Int = 0) throws -> String {
            let request = try JSONDecoder().decode(Services.Body.self, from: Data(body.utf8))
            let reply = services.answer(request, to: service, from: .node(node))
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(reply), as: UTF8.self)
        }

        /// - Returns: the value of key 1; nil where it does not exist.
        mutating func read(_ service: Service, by node: Int = 0) throws -> Int? {
            let body = try JSONDecoder().decode(Services.Body.self, from: Data(Self.read.utf8))
            let reply = services.answer(body, to: service, from: .node(node))
            if case .integer(let value)? = reply["value"] { return value }
            XCTAssertEqual(reply["code"], .integer(20))
            return nil
        }

        static let read = #"{"type":"read","key":1}"#
    }

    private func write(_ value: Int) -> String { #"{"type":"write","key":1,"value":\#(value)}"# }

    private func cas(_ from: Int, _ to: Int) -> String {
        #"{"type":"cas","key":1,"from":\#(from),"to":\#(to)}"#
    }

    func testStoresDoWhatTheWorkloadLinKVAsks() throws {
        // One client of seq-kv that writes sees what one of lin-kv does.
        for service in [Service.linKV, .seqKV] {
            var desk = Desk()
            for (request, reply) in [
                (
                    #"{"type":"read","key":"x","msg_id":1}"#,
                    #"{"code":20,"in_reply_to":1,"text":"key does not exist","type":"error"}"#
                ),
                (
                    #"{"type":"cas","key":"x","from":1,"to":2,"msg_id":2}"#,
                    #"{"code":20,"in_reply_to":2,"text":"key does not exist","type":"error"}"#
                ),
                (
                    #"{"type":"write","key":"x","value":[1,{"a":null}],"msg_id":3}"#,
                    #"{"in_reply_to":3,"type":"write_ok"}"#
                ),
                (#"{"type":"read","key":"x"}"#, #"{"type":"read_ok","value":[1,{"a":null}]}"#),
                (
                    #"{"type":"cas","key":"x","from":1,"to":2,"msg_id":5}"#,
                    #"{"code":22,"in_reply_to":5,"text":"current value [1 {\"a\" null}] is not 1","type":"error"}"#
                ),
                (
                    #"{"type":"cas","key":"x","from":[1,{"a":null}],"to":2,"msg_id":6}"#,
                    #"{"in_reply_to":6,"type":"cas_ok"}"#
                ),
                (#"{"type":"read","key":"x","msg_id":7}"#, #"{"in_reply_to":7,"type":"read_ok","value":2}"#),
                (
                    #"{"type":"cas","key":2,"from":1,"to":5,"create_if_not_exists":true,"msg_id":8}"#,
                    #"{"in_reply_to":8,"type":"cas_ok"}"#
                ),
                (#"{"type":"read","key":2,"msg_id":9}"#, #"{"in_reply_to":9,"type":"read_ok","value":5}"#),
                (
                    #"{"type":"cas","key":2,"from":1,"to":6,"create_if_not_exists":true,"msg_id":10}"#,
                    #"{"code":22,"in_reply_to":10,"text":"current value 5 is not 1","type":"error"}"#
                ),
                (
                    #"{"type":"ts","msg_id":11}"#,
                    #"{"code":10,"in_reply_to":11,"text":"\#(service.rawValue) does not know this type of request","type":"error"}"#
                ),
            ] { XCTAssertEqual(try desk.ask(request, service), reply, request) }
        }
    }

    func testLinKVShowsEveryNodeTheLatestWrite() throws {
        var desk = Desk()
        for value in 1...50 {
            _ = try desk.ask(write(value), .linKV, by: value % 3)
            XCTAssertEqual(try desk.read(.linKV, by: (value + 1) % 3), value)
        }
    }

    // One node writes 1, 2, 3, ...; what others read may be old, but never goes back, and is not older than 32 states.
    func testSeqKVMayShowAnOldStateButNeverAnEarlierOne() throws {
        var desk = Desk()
        var (latest, stale) = ([0, 0], 0)
        for value in 1...200 {
            _ = try desk.ask(write(value), .seqKV, by: 2)
            XCTAssertEqual(try desk.read(.seqKV, by: 2), value)
            for node in 0...1 where value % (3 + node) == 0 {
                let seen = try desk.read(.seqKV, by: node) ?? 0
                XCTAssertGreaterThanOrEqual(seen, latest[node])
                XCTAssertGreaterThan(seen, value - 32)
                latest[node] = seen
                if seen < value { stale += 1 }
            }
        }
        XCTAssertGreaterThan(stale, 10)
    }

    // The history of Maelstrom's documentation: a write that changes nothing there may be one of the past.
    func testSeqKVMayCarryOutAWriteInThePast() throws {
        let wasInThePast = try (1...50 as ClosedRange<UInt64>).map { seed in
            var desk = Desk(seed: seed)
            let done = #"{"type":"cas_ok"}"#
            _ = try desk.ask(write(1), .seqKV, by: 1)
            while try desk.ask(cas(1, 2), .seqKV, by: 2) != done {}
            _ = try desk.ask(write(1), .seqKV, by: 1)
            // What changes something happens to the latest state.
            return try desk.ask(cas(2, 3), .seqKV, by: 2) == done
        }
        XCTAssertEqual(Set(wasInThePast), [true, false])
    }

    func testLWWKVLosesWritesAndMissesOthers() throws {
        var (missed, lost) = (0, 0)
        for seed in 1...50 as ClosedRange<UInt64> {
            var desk = Desk(seed: seed)
            _ = try desk.ask(write(1), .lwwKV)
            if try desk.read(.lwwKV) == nil { missed += 1 }
            _ = try desk.ask(write(2), .lwwKV)
            for _ in 0..<50 { _ = try desk.read(.lwwKV) }
            if try desk.read(.lwwKV) == 1 { lost += 1 }
        }
        XCTAssertGreaterThan(missed, 5)
        XCTAssertGreaterThan(lost, 5)
    }

    // Also where both replicas wrote at the same time of their clocks.
    func testTheReplicasOfLWWKVAgreeInTheEnd() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            var desk = Desk(seed: seed)
            for value in 1...3 { _ = try desk.ask(write(value), .lwwKV) }
            for _ in 0..<50 { _ = try desk.read(.lwwKV) }
            let values = Set(try (0..<50).map { _ in try desk.read(.lwwKV) })
            XCTAssertEqual(values.count, 1, "seed \(seed): \(values)")
            XCTAssertTrue(values.isSubset(of: [1, 2, 3]))
        }
    }

    func testLWWKVHasNoCasThatCreatesAKey() throws {
        var desk = Desk()
        XCTAssertEqual(
            try desk.ask(
                #"{"type":"cas","key":1,"from":1,"to":2,"create_if_not_exists":true,"msg_id":1}"#, .lwwKV),
            #"{"code":20,"in_reply_to":1,"text":"key does not exist","type":"error"}"#)
    }

    func testLinTSOCountsFrom0ForAllNodesTogether() throws {
        var desk = Desk()
        for number in 0..<20 {
            XCTAssertEqual(
                try desk.ask(#"{"type":"ts","msg_id":7}"#, .linTSO, by: number % 3),
                #"{"in_reply_to":7,"ts":\#(number),"type":"ts_ok"}"#)
        }
        XCTAssertEqual(
            try desk.ask(Desk.read, .linTSO),
            #"{"code":10,"text":"lin-tso does not know this type of request","type":"error"}"#)
        XCTAssertEqual(try desk.ask(#"{"type":"ts"}"#, .linTSO), #"{"ts":20,"type":"ts_ok"}"#)
    }
}
