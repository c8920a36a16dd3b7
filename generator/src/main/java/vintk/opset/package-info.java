/**
 * From ONNX protobuf of any opset to the one canonical form.
 *
 * <p>Types, shapes and the values of all shape-computing tensors are known when a model is imported: whoever runs models
 * finds them out ({@link vintk.opset.Resolved}), so that no shape inference is written here. {@link
 * vintk.opset.Importer} walks over the nodes; an {@link vintk.opset.Adapter} brings each operator whose form changed over
 * the opsets, or which is a combination of others (Gemm, LayerNormalization, Gelu), to the canonical vocabulary. A
 * gradient rule is then needed once, for the canonical operators only. Operators without an adapter go through as they
 * are.
 */
package vintk.opset;
