import Consensus
import KeyValue
import Maelstrom

extension Simulation {
    /// The message of a packet as its receiver reads it: from the line, in the runs that send lines.
    /// - Throws: `Breach` if that is not the message that was written.
    func read(_ packet: Network.Packet) throws -> PeerMessage {
        guard let line = packet.line else { return packet.message }
        let identity = Identity(id: members[packet.to].id, members: members.map(\.id))
        let input = line.withUnsafeBytes { decoder.decode($0, for: identity) }
        guard case .peer(let message, let sender) = input, sender == members[packet.from].id,
            message == packet.message
        else {
            let text = String(decoding: line.prefix(500), as: UTF8.self)
            throw Breach(.lines, "\(packet.message.traceText) was written as \(text), and read as \(input)")
        }
        return message
    }
}
