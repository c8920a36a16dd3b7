/**
 * The graph: what every other package reads and builds.
 *
 * <p>A {@link vintk.onnx.Value} is one tensor of a computation: immutable, of a fully static type, and it knows the
 * {@link vintk.onnx.Node} that makes it. There is no graph under construction and no context object: nodes are built
 * from values ({@link vintk.onnx.Ops}), and a {@link vintk.onnx.Graph} is nothing but named inputs and outputs, from
 * which the nodes are found by walking back. So whatever no output needs (the gradient of an unused value, say) never
 * reaches the file, and a wrong shape is an error at the line that made the node.
 *
 * <p>Shapes are static on purpose: the batch size is known when a kernel is computed, and every cost that decides how a
 * layer is contracted depends on it. {@link vintk.onnx.ModelWriter} turns a graph into ONNX protobuf;
 * {@link vintk.opset.Importer} makes a graph of ONNX protobuf.
 */
package vintk.onnx;
