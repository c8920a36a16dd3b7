package vintk.proto;

import ai.onnx.proto.OnnxMl.ModelProto;

/** The passes that need nothing but the file. */
public final class Preparation {
    private Preparation() {}

    /**
     * A model as it was read, as one that the rest of the program takes.
     *
     * @throws IllegalArgumentException saying what is wrong with the model
     */
    public static ModelProto of(ModelProto model) {
        Bounds.require(model);
        ModelProto sorted = SubGraphs.map(Functions.expand(model), Order::topological);
        return SubGraphs.map(SinglePrecision.of(sorted), InferenceMode::of);
    }
}
