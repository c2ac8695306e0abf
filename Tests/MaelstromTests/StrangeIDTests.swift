import Consensus
import KeyValue
import Maelstrom
import XCTest

/// Members with arbitrary JSON strings as ids, whose messages travel as text.
final class StrangeIDTests: XCTestCase {
    /// Replicas led by the first. Their messages are encoded and decoded at each hop.
    private struct Chain {
        let ids: [NodeID]
        var replicas: [NodeID: Replica] = [:]
        var now: Microseconds = 0
        /// Cut in both directions.
        var cut: Set<NodeID> = []
        var replies: [ClientReply] = []
        private var lines: [(from: NodeID, to: NodeID, bytes: [UInt8])] = []

        init(_ ids: [NodeID]) {
            self.ids = ids
            for (slot, id) in ids.enumerated() {
                // The others campaign much later.
                let timing = Timing(
                    electionTimeout: slot == 0 ? 150_000 : 1_500_000, heartbeatInterval: 30_000)
                replicas[id] = Replica(
                    settings: Raft.Settings(id: id, members: ids, timing: timing, seed: UInt64(slot)), now: 0)
            }
        }

        mutating func run(for time: Microseconds) {
            let end = now + time
            while now < end {
                now += 1_000
                let arriving = lines
                lines = []
                for (from, to, bytes) in arriving where !(cut.contains(from) && cut.contains(to)) {
                    let identity = Identity(id: to, members: ids)
                    let input = bytes.dropLast().withUnsafeBytes {
                        MessageDecoder().decode($0, for: identity)
                    }
                    guard case .peer(let message, let sender) = input else {
                        XCTFail("\(input) of \(String(decoding: bytes, as: UTF8.self))")
                        continue
                    }
                    XCTAssertEqual(sender, from)
                    replicas[to]?.receive(message, from: sender, now: now)
                }
                for id in ids { turn(id) }
            }
        }

        private mutating func turn(_ id: NodeID) {
            guard var replica = replicas[id] else { return }
            replica.advance(to: now)
            var envelopes: [PeerEnvelope] = []
            let isDone = replica.drive {
                envelopes += $0.early
            } then: {
                envelopes += $0.late
                replies += $0.replies
            }
            XCTAssertTrue(isDone, "\(id) asks for its turn for ever")
            replicas[id] = replica
            for envelope in envelopes {
                var writer = MessageWriter()
                writer.identify(as: id)
                writer.write(envelope)
                lines.append((id, envelope.to, Array(writer.bytes)))
            }
        }

        mutating func ask(_ operation: ClientOperation, _ messageID: Int, at id: NodeID) {
            replicas[id]?.receive(
                ClientRequest(client: "c 1", messageID: messageID, operation), now: now)
        }
    }

    private let strange: [[NodeID]] = [
        ["n0", "n1", "n2"], ["n 0", "n 1", "n 2"], ["n,0", "n,1", "n,2"], ["n/0", "n/1", "n/2"],
        ["n\"0", "n\\1", "n\n2"], ["é", "日本 語", "🙂"], ["%", "%20", " "], ["", "0", "-"],
    ]

    func testAMemberBehindACutIsServedWhateverTheIDs() throws {
        for ids in strange {
            var chain = Chain(ids)
            chain.run(for: 1_000_000)
            XCTAssertEqual(chain.replicas[ids[0]]?.raft.isLeader, true, "\(ids)")
            chain.cut = [ids[0], ids[2]]
            chain.run(for: 1_000_000)
            for number in 0..<4 {
                chain.ask(
                    .write(key: JSONValue(canonical: "\"x\""), value: JSONValue(canonical: "\(number)")),
                    number, at: ids[2])
                chain.run(for: 100_000)
            }
            XCTAssertEqual(chain.replicas[ids[0]]?.raft.isLeader, true, "\(ids)")
            XCTAssertEqual(chain.replies.map(\.body), Array(repeating: .writeOK, count: 4), "\(ids)")
        }
    }
}
