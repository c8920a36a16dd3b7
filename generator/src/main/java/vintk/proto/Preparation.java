package vintk.proto;

import ai.onnx.proto.OnnxMl.ModelProto;

/** The passes that need nothing but the file. */
public final class Preparation {
    /** Since IR 4 initializers need not be inputs as well. */
    private static final long IR_VERSION = 4;

    private Preparation() {}

    /**
     * A model as it was read, as one that the rest of the program takes.
     *
     * @throws IllegalArgumentException saying what is wrong with the model
     */
    public static ModelProto of(ModelProto model) {
        Bounds.require(model);
        ModelProto flat = Functions.expand(OwnDomain.of(model));
        Bounds.require(flat);
        ModelProto sorted = SubGraphs.map(flat, Order::topological);
        ModelProto plain = SubGraphs.map(
                SinglePrecision.of(sorted),
                graph -> BatchFirst.of(
                        SamePadding.of(DequantizedWeights.of(QuantisedOperators.of(InferenceMode.of(graph))))));
        return plain.toBuilder()
                .clearTrainingInfo()
                .setIrVersion(Math.max(IR_VERSION, plain.getIrVersion()))
                .build();
    }
}
