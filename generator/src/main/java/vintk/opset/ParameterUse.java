package vintk.opset;

/**
 * How a parameter is used, by the reader that decides its role.
 *
 * @param role of the parameter
 * @param reader operator that reads it, empty where none does
 * @param input of the reader, from 0
 * @param fans of the weight, or of the weight whose bias this is; {@link Fans#NONE} for other roles
 */
public record ParameterUse(Role role, String reader, int input, Fans fans) {
    static final ParameterUse NOWHERE = new ParameterUse(Role.OTHER, "", 0, Fans.NONE);

    static ParameterUse of(Role role, ProtoGraph.Reader reader) {
        return new ParameterUse(role, reader.node().getOpType(), reader.input(), Fans.NONE);
    }

    static ParameterUse of(Role role, ProtoGraph.Reader reader, Fans fans) {
        return new ParameterUse(role, reader.node().getOpType(), reader.input(), fans);
    }
}
